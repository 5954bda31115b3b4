import { SesamyError, toErrorInfo } from '../domain/errors';
import type { ErrorInfo } from '../domain/errors';
import { modeDefinition, planKnock } from '../domain/modes/registry';
import type { Profile } from '../domain/profile/profile';
import type { Sentence } from '../text/text';
import { count } from '../text/words';
import { openImport, readImport, saveImport } from '../library/import';
import type { ImportedProfile } from '../library/import';
import { readSettingsText } from '../library/settings-file';
import { passphrasesOf, withKnown } from './passphrase';
import type { PassphraseOptions, Passphrases } from './passphrase';
import { err, out, plain } from './print';
import { profileLines } from './print-profile';
import { withStoreMade } from './store';
import { confirmed } from './terminal';
import { say } from '../text/say';

export interface ImportOptions extends PassphraseOptions {
  readonly dryRun?: boolean;
  readonly reveal?: boolean;
  readonly yes?: boolean;
}

/** What one file holds, or why it holds nothing. */
type Found = { readonly file: string } & (
  { readonly profiles: readonly ImportedProfile[] } | { readonly error: ErrorInfo }
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
    for (const line of plain(say(error.cause)).split('\n')) err(`  ${line}`);
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
    const saved = await withStoreMade(passphrases, (vault) => saveImport(good, (edits) => vault.change(edits)));
    for (const { note } of saved) if (note !== null) err(`note: ${plain(note)}`);
  }
  out(`imported ${summary}`);
  return code;
}

async function contentOf(file: string, passphrases: Passphrases): Promise<Found> {
  try {
    const content = readImport(file, await readSettingsText(file));
    if (content.kind === 'unusable') return { file, error: content.error };
    if (content.kind === 'profile') return { file, profiles: [content] };
    const profiles = await withKnown(passphrases, `Passphrase of the bundle ${plain(file)}: `, (passphrase) =>
      openImport(content.text, passphrase),
    );
    return { file, profiles };
  } catch (error) {
    // Nobody to ask, or somebody who wants no more of this, is no fault of the file.
    if (error instanceof SesamyError && (error.code === 'cancelled' || error.code === 'vault-locked')) throw error;
    return { file, error: toErrorInfo(error) };
  }
}

function printPreview(file: string, profile: Profile, remarks: readonly Sentence[], reveal: boolean): void {
  out(`${plain(file)}: ${plain(profile.name)}`);
  for (const line of profileLines(profile, reveal)) out(`  ${line}`);
  out(
    `  means         ${reveal ? say(planKnock(profile.mode, { servicePort: profile.servicePort }).summary) : say(modeDefinition(profile.mode.kind).outline(profile.mode))}`,
  );
  for (const remark of remarks) out(`  note: ${plain(say(remark))}`);
}
