import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSettingsText } from './settings-file';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sesamy-settings-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('a settings file', () => {
  it('is read whole, whatever lies on the border of a chunk', async () => {
    const text = `${'x'.repeat(65_535)}é${'y'.repeat(70_000)}`;
    const file = join(folder, 'whole');
    writeFileSync(file, text);
    expect(await readSettingsText(file)).toBe(text);
    writeFileSync(file, '');
    expect(await readSettingsText(file)).toBe('');
  });

  it.each([
    ['', /it is a folder/],
    ['missing', /there is no such file/],
  ])('that cannot be read is named: %j', async (name, cause) => {
    await expect(readSettingsText(join(folder, name))).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(cause) as string,
    });
  });

  it('that never ends is given up', async () => {
    await expect(readSettingsText('/dev/zero')).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(/too many for a settings file/) as string,
    });
  });
});
