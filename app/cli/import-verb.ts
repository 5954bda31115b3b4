import { randomUUID } from 'node:crypto';
import { SesamyError, toErrorInfo } from '../domain/errors';
import type { ErrorInfo } from '../domain/errors';
import { modeDefinition, planKnock } from '../domain/modes/registry';
import type { Profile } from '../domain/profile/profile';
import { count } from '../domain/words';
import { profileFromText } from './settings-profile';
import { readSettingsText } from '../session/settings-file';
import { looksLikeBundle, openBundle } from '../vault';
import type { ProfileEdit } from '../vault';
import { passphrasesOf, withKnown } from './passphrase';
import type { PassphraseOptions, Passphrases } from './passphrase';
import { err, out, plain } from './print';
import { profileLines } from './print-profile';
import { withStoreMade } from './store';
import { confirmed } from './terminal';

export interface ImportOptions extends PassphraseOptions {
  readonly dryRun?: boolean;
  readonly reveal?: boolean;
  readonly yes?: boolean;
}

/** What one file holds, or why it holds nothing. */
type Found = { readonly file: string } & (
  | { readonly profiles: readonly { readonly profile: Profile; readonly remarks: readonly string[] }[] }
  | { readonly error: ErrorInfo }
);

/** `sesamy import`. Nothing is imported before the preview is confirmed. Returns the exit code. */
export async function importVerb(files: readonly string[], options: ImportOptions): Promise<number> {
  const passphrases = passphrasesOf(options);
  const found: Found[] = [];
  for (const file of files) found.push(await contentOf(file, passphrases));

  const good = found.flatMap((each) =>
    'profiles' in each ? each.profiles.map((entry) => ({ file: each.file, ...entry })) : [],
  );
  const bad = found.flatMap((each) => ('error' in each ? [each] : []));
  for (const { file, profile, remarks } of good) printPreview(file, profile, remarks, options.reveal === true);
  for (const { file, error } of bad) {
    err(`${plain(file)}: not imported`);
    for (const line of plain(error.cause).split('\n')) err(`  ${line}`);
  }

  const summary = `${good.length} of ${good.length + bad.length}`;
  const code = bad.length === 0 ? 0 : 1;
  if (options.dryRun === true) {
    out(`could import ${summary}; nothing was kept`);
    return code;
  }
  if (good.length > 0) {
    if (options.yes !== true && !(await confirmed(`Import ${count(good.length, 'profile')}?`))) {
      err('Nothing was imported.');
      return 1;
    }
    await withStoreMade(passphrases, async (vault) => {
      const taken = new Set([...vault.profiles.values()].map(({ name }) => name));
      const edits = good.map(({ profile }): ProfileEdit => {
        const name = freeName(profile.name, taken);
        taken.add(name);
        if (name !== profile.name) err(`note: ${plain(profile.name)} is taken, so this one is called ${plain(name)}`);
        // An id of our own: a file must not be able to name the profile that it would replace.
        return { kind: 'save', profile: { ...profile, id: randomUUID(), name }, base: null };
      });
      await vault.change(edits);
    });
  }
  out(`imported ${summary}`);
  return code;
}

async function contentOf(file: string, passphrases: Passphrases): Promise<Found> {
  try {
    const text = await readSettingsText(file);
    if (!looksLikeBundle(text)) return { file, profiles: [profileFromText(file, text, 'tcp')] };
    const profiles = await withKnown(passphrases, `Passphrase of the bundle ${plain(file)}: `, (passphrase) =>
      openBundle(text, passphrase),
    );
    return { file, profiles: profiles.map((profile) => ({ profile, remarks: [] })) };
  } catch (error) {
    // Nobody to ask, or somebody who wants no more of this, is no fault of the file.
    if (error instanceof SesamyError && (error.code === 'cancelled' || error.code === 'vault-locked')) throw error;
    return { file, error: toErrorInfo(error) };
  }
}

function printPreview(file: string, profile: Profile, remarks: readonly string[], reveal: boolean): void {
  out(`${plain(file)}: ${plain(profile.name)}`);
  for (const line of profileLines(profile, reveal)) out(`  ${line}`);
  out(
    `  means         ${reveal ? planKnock(profile.mode, { servicePort: profile.servicePort }).summary : modeDefinition(profile.mode.kind).outline(profile.mode)}`,
  );
  for (const remark of remarks) out(`  note: ${remark}`);
}

const MAX_NAME = 80;

/** The name, or the name with the first number that makes it free. */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  for (let number = 2, candidate = name; ; number++) {
    if (!taken.has(candidate)) return candidate;
    const ending = ` ${number}`;
    candidate = name.slice(0, MAX_NAME - ending.length) + ending;
  }
}
