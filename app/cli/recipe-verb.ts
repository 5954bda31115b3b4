import { existsSync } from 'node:fs';
import { parseProfile } from '../domain/profile/profile';
import type { Profile } from '../domain/profile/profile';
import type { Recipe } from '../domain/modes/recipe';
import { SesamyError } from '../domain/errors';
import { serverRecipes } from '../library/server-recipe';
import { err, plain } from './print';
import { alreadyThere, writePrivately } from './private-file';
import { stopSignal } from './stop-signal';
import { targetOf } from './target';
import type { TargetOptions } from './target';

export interface RecipeOptions extends TargetOptions {
  readonly output?: string;
  readonly force?: boolean;
}

/** `sesamy recipe`: what the server needs, on standard output or in a file. Returns the exit code. */
export async function recipeVerb(name: string | undefined, options: RecipeOptions): Promise<number> {
  const { output } = options;
  // Said before anybody types a passphrase; writing refuses it again.
  if (output !== undefined && options.force !== true && existsSync(output)) throw alreadyThere(output);
  const profile = await targetProfile(name, options);
  const stop = stopSignal();
  try {
    const recipes = await serverRecipes(profile, stop.signal);
    const text = recipes.map((recipe) => recipe.text).join('\n');
    if (output === undefined) process.stdout.write(text);
    else await writePrivately(output, text, options.force === true);
    for (const line of notes(recipes, output ?? 'FILE')) err(`# ${plain(line)}`);
  } finally {
    stop.release();
  }
  return 0;
}

/** What to know of the recipes, and how to load the file that holds them. */
export function notes(recipes: readonly Recipe[], file: string): readonly string[] {
  const loads = new Set(recipes.map(({ load, fileName }) => load.replace(fileName, () => file)));
  return [
    ...recipes.map(({ title, description }) => `${title}: ${description}`),
    ...[...loads].map((load) => `To load it on the server, as root: ${load}`),
  ];
}

async function targetProfile(name: string | undefined, options: RecipeOptions): Promise<Profile> {
  if (options.mode !== undefined || options.family === undefined) return profileOf(name, options);
  const { family, ...others } = options;
  return ofFamily(await profileOf(name, others), family);
}

async function profileOf(name: string | undefined, options: RecipeOptions): Promise<Profile> {
  const target = targetOf(name, options);
  if (target.kind === 'inline') return target.profile;
  const { savedProfile } = await import('./saved-knock');
  return (await savedProfile({ name: target.name, host: null, port: null }, options)).profile;
}

/** A saved profile by another family than its own. */
function ofFamily(profile: Profile, addressFamily: string): Profile {
  const checked = parseProfile({ ...profile, addressFamily });
  if (checked.ok) return checked.value;
  throw new SesamyError('bad-input', checked.problems.map(({ message }) => `--family: ${message}`).join('\n'));
}
