import { tmpdir } from 'node:os';
import { SesamyError, toErrorInfo } from '../domain/errors';
import type { KnockEvent } from '../domain/plan/knock-event';
import type { Profile } from '../domain/profile/profile';
import { knock, runPrepared } from '../engine/knock';
import type { KnockOptions, PreparedKnock } from '../engine/knock';
import { agentPath, askAgent } from '../session/agent';
import type { AgentRequest } from '../session/agent';
import { findProfile, retargeted } from '../library/saved-profile';
import { passphrasesOf } from './passphrase';
import { err } from './print';
import type { TargetOptions } from './target';

/**
 * Knocks with a saved profile: through the window when it is there and unlocked, else with the passphrase. Never
 * throws: whatever goes wrong, and a cancel, is the last event.
 */
export async function* savedKnock(
  request: AgentRequest,
  options: TargetOptions,
  knockOptions: KnockOptions,
): AsyncGenerator<KnockEvent, void> {
  let prepared: PreparedKnock | null;
  let profile: Profile | null;
  try {
    prepared = options.agent === false ? null : await fromAgent(request, knockOptions.signal);
    profile = prepared === null ? await savedProfile(request, options) : null;
  } catch (error) {
    yield { type: 'failed', atMs: 0, error: toErrorInfo(error), retryAfterMs: 0 };
    return;
  }
  if (prepared !== null) yield* runPrepared(prepared, knockOptions);
  else if (profile !== null) yield* knock(profile, knockOptions);
}

/**
 * The profile from the store, with the request's host and port in place of its own.
 * @throws SesamyError `unknown-target`, `bad-input`, and as opening the store
 */
export async function savedProfile(
  request: Pick<AgentRequest, 'name' | 'host' | 'port'>,
  options: TargetOptions,
): Promise<Profile> {
  const { withStore } = await import('./store');
  return withStore(passphrasesOf(options), (vault) =>
    // Through a promise, so that what is wrong with the request rejects like everything else.
    Promise.resolve().then(() =>
      retargeted(findProfile(vault.profiles.values(), request.name), request.host, request.port),
    ),
  );
}

async function fromAgent(request: AgentRequest, signal: AbortSignal): Promise<PreparedKnock | null> {
  const path = agentPath({
    env: process.env,
    platform: process.platform,
    uid: process.getuid?.() ?? null,
    tmp: tmpdir(),
  });
  try {
    return await askAgent(path, request, { signal });
  } catch (error) {
    // Nothing is believed of an unsafe socket; the passphrase does as well.
    if (!(error instanceof SesamyError) || error.code !== 'vault-unsafe') throw error;
    err(`note: the window is not asked. ${error.message}`);
    return null;
  }
}
