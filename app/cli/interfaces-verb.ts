import { listInterfaces } from '../engine/interfaces';
import { interfaceLines } from './interface-lines';
import { out } from './print';

/** `sesamy interfaces`. Returns the exit code. */
export async function interfacesVerb(json: boolean): Promise<number> {
  const all = await listInterfaces();
  if (json) for (const entry of all) out(JSON.stringify(entry));
  else for (const line of interfaceLines(all)) out(line);
  return 0;
}
