import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Recipe } from '../../app/domain/modes/recipe';
import type { Lab } from './lab';

/** Saves a recipe and runs its own command, as a person on the server would. */
export async function loadRecipe(lab: Lab, recipe: Recipe): Promise<void> {
  const file = join(lab.staged, recipe.fileName);
  await writeFile(file, recipe.text);
  const [program = '', ...args] = recipe.load.split(' ').map((word) => (word === recipe.fileName ? file : word));
  await lab.inServer([program, '-c', ...args]);
  await lab.inServer([program, ...args]);
}
