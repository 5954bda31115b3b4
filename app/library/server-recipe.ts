/** The server's side of a profile as text: the window and the command line show the same. */
import { text } from '../text/text';
import { SesamyError } from '../domain/errors';
import { modeDefinition, MODES, recipesOf } from '../domain/modes/registry';
import type { Recipe } from '../domain/modes/recipe';
import type { Profile } from '../domain/profile/profile';
import { resolveHost } from '../engine/resolve';
import type { ResolvedAddress } from '../engine/resolve';

/**
 * What the profile's server needs, for each family by which the profile may reach it.
 * @throws SesamyError `bad-input` where there is no recipe for such a knock, `name-not-found`, `no-address-of-family`,
 * `cancelled`
 */
export async function serverRecipes(profile: Profile, signal: AbortSignal): Promise<readonly Recipe[]> {
  const { mode, servicePort } = profile;
  if (modeDefinition(mode.kind).server.recipes === undefined)
    throw new SesamyError('bad-input', text('recipe.none', { kind: mode.kind }), {
      steps: [
        text('recipe.none.advice', {
          kinds: MODES.filter(({ server }) => server.recipes !== undefined).map(({ kind }) => kind),
        }),
      ],
    });
  const addresses = await addressesOf(profile, signal);
  return addresses.flatMap(({ address, family }) => recipesOf(mode, { address, family, servicePort }));
}

/** One address a family. A rule for one of them alone would leave the port open by way of the other. */
async function addressesOf(profile: Profile, signal: AbortSignal): Promise<readonly ResolvedAddress[]> {
  const { host, addressFamily } = profile;
  const families = addressFamily === 'auto' ? (['4', '6'] as const) : [addressFamily];
  const found: ResolvedAddress[] = [];
  let missing: unknown = null;
  for (const family of families) {
    try {
      const resolved = await resolveHost(host, family, signal);
      // The zone of a link-local address means nothing beyond this computer.
      found.push({ ...resolved, address: resolved.address.replace(/%.*$/, '') });
    } catch (error) {
      if (!(error instanceof SesamyError) || error.code !== 'no-address-of-family') throw error;
      missing = error;
    }
  }
  if (found.length === 0) throw missing;
  return found;
}
