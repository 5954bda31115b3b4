import { SesamyError } from '../domain/errors';
import { profileFromSettings, readSettingsText } from '../library/settings-file';
import { knockProfile } from './knock-profile';
import { inlineProfile } from './target';
import type { TargetOptions } from './target';

/** Where PortKnocker looks when it is told nothing (its second usage in docs/knock-modes.md §1). */
const DEFAULT_FILE = 'knocksettings.txt';

/** `sesamy portknocker`: its three usages, and UDP as it did. Returns the exit code. */
export async function portknockerVerb(words: readonly string[], options: TargetOptions): Promise<number> {
  const [first, port, sequence, window] = words;
  if (words.length > 1 && words.length !== 4)
    throw new SesamyError(
      'bad-input',
      `PortKnocker takes "server port sequence window", one file, or nothing; these are ${words.length} arguments.`,
    );
  if (words.length <= 1) {
    const file = first ?? DEFAULT_FILE;
    return knockProfile(profileFromSettings(file, await readSettingsText(file), 'udp').profile, options);
  }
  return knockProfile(
    inlineProfile({ mode: 'count-window', protocol: 'udp', host: first, port, sequence, window } as TargetOptions),
    options,
  );
}
