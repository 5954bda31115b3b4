import { tmpdir } from 'node:os';
import { SesamyError, toErrorInfo } from '../domain/errors';
import type { KnockEvent } from '../domain/plan/knock-event';
import type { Profile } from '../domain/profile/profile';
import { knock } from '../engine/knock';
import type { KnockOptions } from '../engine/knock';
import { preparing } from '../engine/prepare';
import type { Prepare } from '../engine/prepare';
import { findProfile, retargeted } from '../library/saved-profile';
import { agentPath, askAgent } from '../session/agent';
import type { AgentRequest } from '../session/agent';
import type { OpenVault } from '../vault';
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
  let source: KnockSource;
  try {
    source =
      (options.agent === false ? null : await throughAgent(request, knockOptions.signal)) ??
      (await throughStore(request, options));
  } catch (error) {
    yield { type: 'failed', atMs: 0, error: toErrorInfo(error), retryAfterMs: 0 };
    return;
  }
  let spent: number | null = null;
  try {
    for await (const event of knock(source.prepare, knockOptions)) {
      if (event.type === 'armed') ({ spent } = event.plan);
      // Before anybody uses the door: a program that is killed must not leave a used secret for the next knock.
      if (event.type === 'open') await source.opened(event, spent);
      yield event;
    }
  } finally {
    await source.end();
  }
}

/** Where plans come from, and who has to know that one of them opened the door. */
interface KnockSource {
  readonly prepare: Prepare;
  /** Leaves it: no further plan is asked for. @param spent how many one-time secrets are used up with this; null: there are none */
  opened(event: KnockEvent, spent: number | null): Promise<void>;
  /** Leaves it, where that has not been done. */
  end(): Promise<void>;
}

/**
 * The profile from the store, with the request's host and port in place of its own, and what is kept beside it.
 * @throws SesamyError `unknown-target`, `bad-input`, and as opening the store
 */
export async function savedProfile(
  request: Pick<AgentRequest, 'name' | 'host' | 'port'>,
  options: TargetOptions,
): Promise<{ readonly profile: Profile; readonly used: number }> {
  const { withStore } = await import('./store');
  return withStore(passphrasesOf(options), (vault) => Promise.resolve().then(() => profileIn(vault, request)));
}

function profileIn(
  vault: OpenVault,
  { name, host, port }: Pick<AgentRequest, 'name' | 'host' | 'port'>,
): { readonly profile: Profile; readonly used: number } {
  const saved = findProfile(vault.profiles.values(), name);
  return { profile: retargeted(saved, host, port), used: vault.states.get(saved.id)?.used ?? 0 };
}

/** The store stays open until the door is: what the knock uses up has to be noted there. */
async function throughStore(request: AgentRequest, options: TargetOptions): Promise<KnockSource> {
  const { openStore } = await import('./store');
  const vault = await openStore(passphrasesOf(options));
  const end = (): Promise<void> => {
    vault.close();
    return Promise.resolve();
  };
  try {
    const { profile, used } = profileIn(vault, request);
    return {
      prepare: preparing(profile, () => ({ used, attachment: (digest) => vault.attachment(digest) })),
      async opened(_event, spent) {
        if (spent !== null) await vault.change([{ kind: 'state', id: profile.id, used: spent, base: 'any' }]);
        await end();
      },
      end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

async function throughAgent(request: AgentRequest, signal: AbortSignal): Promise<KnockSource | null> {
  const path = agentPath({
    env: process.env,
    platform: process.platform,
    uid: process.getuid?.() ?? null,
    tmp: tmpdir(),
  });
  try {
    const agent = await askAgent(path, request, { signal });
    if (agent === null) return null;
    return {
      prepare: agent.prepare,
      async opened(event) {
        agent.tell(event);
        await agent.end();
      },
      end: () => agent.end(),
    };
  } catch (error) {
    // Nothing is believed of an unsafe socket; the passphrase does as well.
    if (!(error instanceof SesamyError) || error.code !== 'vault-unsafe') throw error;
    err(`note: the window is not asked. ${error.message}`);
    return null;
  }
}
