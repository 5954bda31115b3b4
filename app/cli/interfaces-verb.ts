import { listInterfaces } from '../engine/interfaces';
import { out } from './print';

/** `sesamy interfaces`. Returns the exit code. */
export async function interfacesVerb(json: boolean): Promise<number> {
  const all = await listInterfaces();
  if (json) {
    for (const entry of all) out(JSON.stringify(entry));
    return 0;
  }
  const name = Math.max(4, ...all.map((entry) => entry.name.length));
  out(`index  ${'name'.padEnd(name)}  ${'MAC'.padEnd(17)}  addresses`);
  for (const entry of all)
    out(
      `${String(entry.index).padEnd(5)}  ${entry.name.padEnd(name)}  ${(entry.mac ?? '-').padEnd(17)}  ${entry.addresses.join(', ')}`,
    );
  return 0;
}
