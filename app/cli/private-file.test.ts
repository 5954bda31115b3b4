import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writePrivately } from './private-file';

describe('a private file', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sesamy-export-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('is private, and replaced only where that is asked for', async () => {
    const file = join(folder, 'out');
    await writePrivately(file, 'one', false);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await expect(writePrivately(file, 'two', false)).rejects.toMatchObject({ code: 'bad-input' });
    expect(readFileSync(file, 'utf8')).toBe('one');
    writeFileSync(join(folder, 'open'), 'x', { mode: 0o644 });
    await writePrivately(join(folder, 'open'), 'three', true);
    expect(readFileSync(join(folder, 'open'), 'utf8')).toBe('three');
    expect(statSync(join(folder, 'open')).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['open', 'out']);
  });

  it('that cannot be written leaves nothing behind', async () => {
    await expect(writePrivately(join(folder, 'no', 'file'), 'x', false)).rejects.toMatchObject({
      code: 'vault-not-writable',
    });
    // A folder cannot be replaced by a file.
    await expect(writePrivately(folder, 'x', true)).rejects.toMatchObject({ code: 'vault-not-writable' });
    expect(readdirSync(folder)).toEqual([]);
    expect(
      readdirSync(join(folder, '..')).filter((name) => name.startsWith(folder.split('/').pop() ?? '-')),
    ).toHaveLength(1);
  });
});
