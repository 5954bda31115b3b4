/** From a profile to a knock that is ready to run: the facts that its plan waits for are gathered, and it is planned again. */
import { randomBytes } from 'node:crypto';
import { text } from '../text/text';
import type { Text } from '../text/text';
import { fromErrorInfo, SesamyError } from '../domain/errors';
import { modeDefinition, planKnock } from '../domain/modes/registry';
import { isPrivateAddress } from '../domain/packet/address-kinds';
import { formatAddress, parseAddress, splitZone } from '../domain/packet/address';
import type { AddressFamily, Learned } from '../domain/plan/knock-event';
import type { Fact, KnockPlan } from '../domain/plan/knock-plan';
import type { Moment } from '../domain/plan/moment';
import { refusalInfo } from '../domain/plan/refusal';
import type { PreparedKnock } from '../domain/plan/prepared-knock';
import { synNeed } from '../domain/plan/transport';
import { attachmentMissing } from '../domain/profile/attachments';
import type { Profile } from '../domain/profile/profile';
import { monotonicMs, throwIfCancelled } from './clock';
import { addressOf, interfaceOf, sourceAddressFor } from './interfaces';
import { lookUpSource } from './lookups/source-address';
import { resolveHost } from './resolve';

/** What whoever wants to knock knows, and nobody else. */
export interface Asked {
  /** The first bytes of the session, once a plan has said that it waits for them. */
  readonly firstBytes: Uint8Array | null;
  /** What the try before has shown; null for the first. */
  readonly learned: Learned | null;
}

export const FIRST_TRY: Asked = { firstBytes: null, learned: null };

/**
 * Makes a knock that is ready to run, at the moment of use: called when somebody asks, and again for each try. Its plan awaits
 * nothing, or nothing but the first bytes of the session, which the asker then brings.
 */
export type Prepare = (asked: Asked, signal: AbortSignal) => Promise<PreparedKnock>;

/** What is kept beside a profile. */
export interface Kept {
  /** How many of its one-time secrets are used up. */
  readonly used: number;
  /** A large secret by its digest; null when it is not there, or is not what it was. */
  readonly attachment: (digest: string) => Uint8Array | null;
}

/** Of a profile that is kept nowhere, such as one that was typed on a command line. */
export const NOTHING_KEPT: Kept = { used: 0, attachment: () => null };

/** How a profile becomes ready. What is kept is asked for at each try: it changes with every success. */
export function preparing(profile: Profile, kept: () => Kept): Prepare {
  return (asked, signal) => prepareKnock(profile, kept(), asked, signal);
}

/**
 * Resolves the host once and makes the plan.
 * @throws SesamyError `name-not-found`, `no-address-of-family`, `interface-not-found`, `no-route`, `source-unknown`,
 * `attachment-missing`, `knock-refused`, `cancelled`
 */
async function prepareKnock(
  profile: Profile,
  kept: Kept,
  { firstBytes }: Asked,
  signal: AbortSignal,
): Promise<PreparedKnock> {
  const definition = modeDefinition(profile.mode.kind);
  const startedMs = monotonicMs();
  const { address, family } = await resolveHost(profile.host, familyOf(profile), signal);
  const resolvedInMs = monotonicMs() - startedMs;
  const chosen = profile.interface === null ? null : await interfaceOf(profile.interface);
  const source = chosen === null ? await sourceAddressFor(address, family) : addressOf(chosen, family);
  const facts: Facts = { profile, address, family, source, kept, notes: [], signal };
  const plan = await settled(profile, facts, firstBytes);
  if (plan.refusal !== null) throw fromErrorInfo(refusalInfo(plan.refusal));
  return {
    host: profile.host,
    address,
    family,
    source,
    bindSource: chosen !== null,
    needs: {
      wish: profile.transport,
      interface: chosen?.name ?? null,
      sourceMac: profile.sourceMac,
      syn: synNeed(plan),
    },
    plan: { ...plan, notes: [...facts.notes, ...plan.notes] },
    advice: definition.advice,
    tries: profile.tries ?? plan.retry.tries,
    resolvedInMs,
  };
}

/** What the engine knows of the moment, and where it says what is worth saying of a fact. */
interface Facts {
  readonly profile: Profile;
  readonly address: string;
  readonly family: AddressFamily;
  readonly source: string;
  readonly kept: Kept;
  readonly notes: Text[];
  readonly signal: AbortSignal;
}

/** A profile's own choice counts; where it leaves one, a mode whose servers know one family only makes it. */
function familyOf({ addressFamily, mode }: Profile): Profile['addressFamily'] {
  const only = modeDefinition(mode.kind).family?.(mode) ?? null;
  return addressFamily === 'auto' && only !== null ? (only === 4 ? '4' : '6') : addressFamily;
}

/** Gathers what the plan waits for, one fact at a time, and plans again, until it waits for nothing that can be had here. */
async function settled(profile: Profile, facts: Facts, firstBytes: Uint8Array | null): Promise<KnockPlan> {
  let moment: Moment = { servicePort: profile.servicePort, ...(firstBytes === null ? {} : { firstBytes }) };
  for (;;) {
    const plan = planKnock(profile.mode, moment);
    const wanted = plan.awaits.filter(({ kind }) => kind !== 'firstBytes');
    // The clock comes last: looking up the others takes time.
    const fact = wanted.find(({ kind }) => kind !== 'unixMs') ?? wanted[0];
    if (fact === undefined || plan.refusal !== null) return plan;
    if (moment[fact.kind] !== undefined) throw new SesamyError('internal', `a plan awaits ${fact.kind}, which it has`);
    moment = { ...moment, ...(await gather(fact, facts)) };
    throwIfCancelled(facts.signal);
  }
}

async function gather(
  fact: Fact,
  { profile, address, family, source, kept, notes, signal }: Facts,
): Promise<Partial<Moment>> {
  switch (fact.kind) {
    case 'destination':
      return { destination: bytesOf(address) };
    case 'source': {
      const seen = fact.lookup.by === 'route' ? bytesOf(source) : await lookUpSource(fact.lookup, family, signal);
      if (isPrivateAddress(seen) && !isPrivateAddress(bytesOf(address)))
        notes.push(text('source.private', { source: formatAddress(seen), destination: address }));
      return { source: seen };
    }
    case 'unixMs':
      return { unixMs: Date.now() };
    case 'attachment': {
      const bytes = kept.attachment(fact.digest);
      if (bytes === null) throw attachmentMissing(profile);
      return {
        attachment: (digest) => (digest === fact.digest ? bytes : (kept.attachment(digest) ?? new Uint8Array())),
      };
    }
    case 'random':
      return { random: (length) => randomBytes(length) };
    case 'used':
      return { used: kept.used };
    case 'firstBytes':
      throw new SesamyError('internal', 'the first bytes are gathered by whoever carries the session');
  }
}

function bytesOf(address: string): Uint8Array {
  const bytes = parseAddress(splitZone(address).address);
  if (bytes === null) throw new SesamyError('internal', `${address} is no address.`);
  return bytes;
}
