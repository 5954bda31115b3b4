import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SesamyError } from '../domain/errors';
import { availableTerminals, findProgram, inTerminal } from './terminals';

let folder = '';
const program = { file: '/usr/bin/ssh', args: ['-p', '22', '--', 'host'] };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'open-sesamy-terminals-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function install(name: string): void {
  writeFileSync(join(folder, name), '');
  chmodSync(join(folder, name), 0o755);
}

describe('terminals', () => {
  it('takes the first of the known ones', () => {
    install('xterm');
    install('gnome-terminal');
    expect(availableTerminals(folder)).toEqual(['gnome-terminal', 'xterm']);
    expect(inTerminal(null, program, folder)).toEqual({
      name: 'gnome-terminal',
      file: join(folder, 'gnome-terminal'),
      args: ['--', '/usr/bin/ssh', '-p', '22', '--', 'host'],
    });
  });

  it('takes the chosen one', () => {
    install('xterm');
    install('konsole');
    expect(inTerminal('xterm', program, folder).args).toEqual(['-e', '/usr/bin/ssh', '-p', '22', '--', 'host']);
  });

  it.each([null, 'konsole', '/bin/sh'])('says what is missing when %s is wanted and nothing is there', (chosen) => {
    const attempt = (): unknown => inTerminal(chosen, program, folder);
    expect(attempt).toThrow(SesamyError);
    expect(attempt).toThrow(expect.objectContaining({ code: 'terminal-not-found' }));
  });

  it('finds programs only where they can be run', () => {
    mkdirSync(join(folder, 'ssh'));
    writeFileSync(join(folder, 'konsole'), '', { mode: 0o644 });
    expect(findProgram('ssh', folder)).toBeNull();
    expect(findProgram('konsole', folder)).toBeNull();
    expect(findProgram('konsole', '')).toBeNull();
  });
});
