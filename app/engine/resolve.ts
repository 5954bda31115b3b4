import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { SesamyError } from '../domain/errors';
import type { AddressFamily } from '../domain/plan/knock-event';
import type { Profile } from '../domain/profile/profile';
import { unlessCancelled } from './clock';
import { systemCode } from './system-error';

export interface ResolvedAddress {
  readonly address: string;
  readonly family: AddressFamily;
}

const asFamily = (family: number): AddressFamily => (family === 6 ? 6 : 4);

/**
 * The one address of a host, as the system's name service prefers it (RFC 6724 order). Asked once a knock: every
 * packet and the connection use the answer.
 * @throws SesamyError `name-not-found`, `no-address-of-family`, `cancelled`
 */
export async function resolveHost(
  host: string,
  family: Profile['addressFamily'],
  signal: AbortSignal,
): Promise<ResolvedAddress> {
  const literal = isIP(host);
  let all: readonly ResolvedAddress[];
  if (literal !== 0) all = [{ address: host, family: asFamily(literal) }];
  else {
    try {
      const found = await unlessCancelled(lookup(host, { all: true, verbatim: true }), signal);
      all = found.map((entry) => ({ address: entry.address, family: asFamily(entry.family) }));
    } catch (error) {
      if (error instanceof SesamyError) throw error;
      const code = systemCode(error);
      throw new SesamyError(
        'name-not-found',
        code === 'ENOTFOUND'
          ? `The name service knows no host ${host}.`
          : `The name service could not be asked for ${host} (${code || String(error)}).`,
      );
    }
  }
  const chosen = all.find((entry) => family === 'auto' || entry.family === Number(family));
  if (chosen !== undefined) return chosen;
  throw new SesamyError('no-address-of-family', `${host} has no IPv${family} address.`, {
    action: { kind: 'edit-field', label: 'Change the address family', field: 'addressFamily' },
  });
}
