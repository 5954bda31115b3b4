import { expect, it } from 'vitest';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { RULES } from './rules';

const root = path.resolve(import.meta.dirname, '../..');

/** Everything that decides whether a profile is accepted: its schema, those of the modes, what they are built with. */
function sources(): string[] {
  const domain = path.join(root, 'app/domain');
  const under = ['profile', 'modes'].flatMap((folder) =>
    readdirSync(path.join(domain, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
      path.join(folder, file),
    ),
  );
  return under
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .concat('fields.ts', 'plan/transport-names.ts')
    .sort()
    .map(
      (file) =>
        `${file.replaceAll(path.sep, '/')}\n${readFileSync(path.join(domain, file), 'utf8').replaceAll('\r\n', '\n')}`,
    );
}

it('names the rules that profiles are checked with', () => {
  const { version } = JSON.parse(readFileSync(path.join(root, 'node_modules/zod/package.json'), 'utf8')) as {
    version: string;
  };
  const digest = createHash('sha256')
    .update([...sources(), version].join('\0'))
    .digest('hex')
    .slice(0, 16);
  expect(RULES, `The rules of profiles have changed: set RULES in app/vault/rules.ts to '${digest}'`).toBe(digest);
});
