import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { root } from './lib/install.mjs';

const SOURCES = ['message', 'packet', 'answer', 'handshake', 'syn'].map((name) => `src/${name}.c`);

it.skipIf(process.platform !== 'linux')(
  'the helper refuses each bad request, builds each packet and reads each answer right, without undefined behaviour',
  () => {
    const program = path.join(root, '.cache/native-test/parsers');
    fs.mkdirSync(path.dirname(program), { recursive: true });
    execFileSync('cc', [
      ...['-std=c11', '-g', '-Wall', '-Wextra', '-Wpedantic', '-Wconversion', '-Wshadow', '-Wcast-qual', '-Werror'],
      ...['-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-o', program],
      ...['test/parsers.c', ...SOURCES].map((source) => path.join(root, 'native', source)),
    ]);
    const result = spawnSync(program, { encoding: 'utf8' });
    expect(result.stderr).toBe('');
    expect(result.status).toBe(0);
  },
);
