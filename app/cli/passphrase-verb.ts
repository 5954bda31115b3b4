import { SesamyError } from '../domain/errors';
import { shown } from '../domain/fields';
import type { KeySlot } from '../domain/key-slot';
import { vaultStatus } from '../vault';
import { passphrasesOf } from './passphrase';
import type { PassphraseOptions } from './passphrase';
import { err, out, plain } from './print';
import { storeLocation, withStore } from './store';

const PURPOSE = 'The new passphrase cannot be recovered: without it your profiles are lost.';

export interface PassphraseVerbOptions extends PassphraseOptions {
  readonly list?: boolean;
  readonly add?: boolean;
  /** Ids of slots, or how they begin. */
  readonly remove?: string;
  readonly slot?: string;
}

/** `sesamy passphrase`. Returns the exit code. */
export async function passphraseVerb(options: PassphraseVerbOptions): Promise<number> {
  const asked = [options.list === true, options.add === true, options.remove !== undefined, options.slot !== undefined];
  if (asked.filter(Boolean).length > 1)
    throw new SesamyError('bad-input', 'Give one of --list, --add, --remove and --slot.');
  if (options.list === true) {
    const found = await vaultStatus(storeLocation());
    if (found.status === 'absent')
      throw new SesamyError('vault-absent', `There is no profile store at ${storeLocation().file}.`);
    for (const slot of found.slots) out(slotLine(slot));
    return 0;
  }
  const passphrases = passphrasesOf(options);
  await withStore(passphrases, async (vault) => {
    if (options.remove !== undefined) {
      await vault.removeSlot(slotOf(vault.slots, options.remove).id);
      err('removed');
    } else if (options.add === true) {
      await vault.addSlot({ kind: 'passphrase', passphrase: await passphrases.chosen(PURPOSE) });
      err('added');
    } else {
      const slot = options.slot === undefined ? onlyPassphrase(vault.slots) : slotOf(vault.slots, options.slot);
      await vault.changePassphrase(slot.id, await passphrases.chosen(PURPOSE));
      err('changed');
    }
  });
  return 0;
}

function slotLine(slot: KeySlot): string {
  const made = new Date(slot.createdUnixMs).toISOString().slice(0, 10);
  return `${slot.id}  ${slot.kind.padEnd(10)}  made ${made}${slot.backend === null ? '' : `  ${plain(slot.backend)}`}`;
}

const SEE = { steps: ['See what there is: sesamy passphrase --list.'] };

/** The slot with this id, or the only one whose id begins so. */
export function slotOf(slots: readonly KeySlot[], text: string): KeySlot {
  const exact = slots.find((slot) => slot.id === text);
  if (exact !== undefined) return exact;
  const [slot, another] = text === '' ? [] : slots.filter(({ id }) => id.startsWith(text));
  if (slot === undefined || another !== undefined)
    throw new SesamyError(
      'bad-input',
      `${slot === undefined ? 'No key slot has' : 'Several key slots have ids that begin with'} ${shown(text)}.`,
      SEE,
    );
  return slot;
}

function onlyPassphrase(slots: readonly KeySlot[]): KeySlot {
  const [slot, another] = slots.filter(({ kind }) => kind === 'passphrase');
  if (slot === undefined || another !== undefined)
    throw new SesamyError('bad-input', 'There are several passphrases: say which one is to change by --slot.', SEE);
  return slot;
}
