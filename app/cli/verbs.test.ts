import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { CommanderError } from 'commander';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { MODES } from '../domain/modes/registry';
import { fileForm, optionName, TARGET } from './options';
import type { Given, ModeOptions } from './options';
import { optionsOf, programOf } from './program';
import { inlineProfile } from './target';
import { SESAMY, VERBS } from './verbs';
import type { Verb } from './verbs';

interface Called {
  readonly verb: string;
  readonly words: readonly string[];
  readonly options: Given;
}

/** What would be run for these words, of verbs that do nothing. */
async function called(words: readonly string[], modes: readonly ModeOptions[] = MODES): Promise<Called> {
  const calls: Called[] = [];
  const run = (verb: Verb, given: readonly string[], options: object): Promise<void> => {
    calls.push({ verb: verb.name, words: given, options: { ...options } });
    return Promise.resolve();
  };
  await programOf(words, { verbs: VERBS, modes, version: '1.2.3', run }).parseAsync([...words], { from: 'user' });
  const [call] = calls;
  if (call === undefined) throw new Error(`Nothing was run for ${words.join(' ')}`);
  return call;
}

/** What the terminal shows, and the exit code of commander's error. */
async function shown(words: readonly string[], modes: readonly ModeOptions[] = MODES): Promise<string> {
  let text = '';
  const take = (chunk: unknown): boolean => {
    text += String(chunk);
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(take);
  vi.spyOn(process.stderr, 'write').mockImplementation(take);
  try {
    await called(words, modes);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
  }
  return text;
}

/** The commands for `sesamy` in a line of a shell or of ssh's configuration, each as its words. */
function commands(line: string): readonly (readonly string[])[] {
  return [...line.matchAll(/\bsesamy ((?:'[^']*'|[^'|])*)/g)].map(([, rest = '']) =>
    (rest.match(/'[^']*'|[^' ]+/g) ?? []).map((word) => word.replaceAll("'", '')),
  );
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('the table of verbs', () => {
  it('has each verb once', () => {
    expect(new Set(VERBS.map(({ name }) => name)).size).toBe(VERBS.length);
  });

  it.each(VERBS.map((verb) => [verb.name, verb] as const))(
    '%s is described, with examples of its own',
    (name, verb) => {
      expect(verb.description).not.toBe('');
      const options = [...verb.options, ...verb.groups.flatMap((group) => group.options)];
      for (const { description } of [...verb.arguments, ...options]) expect(description).not.toBe('');
      const used = verb.examples.flatMap(commands);
      expect(used.length).toBeGreaterThan(0);
      for (const [first] of used) expect(first).toBe(name);
    },
  );

  it.each([...SESAMY.examples, ...VERBS.flatMap((verb) => verb.examples)])('takes its example: %s', async (line) => {
    for (const words of commands(line)) {
      const { verb, options } = await called(words);
      expect(verb).toBe(words[0]);
      // A whole target, with what comes from elsewhere filled in.
      if (options['mode'] !== undefined)
        inlineProfile({ host: 'h', ...(options['stepsFile'] === undefined ? {} : { steps: '7000' }), ...options });
    }
  });

  it('gives a verb its words in order, and its options by key', async () => {
    expect(await called(['proxy', 'home', '--no-agent', '-q', '--', 'host', '22'])).toEqual({
      verb: 'proxy',
      words: ['home', 'host', '22'],
      options: { agent: false, quiet: true },
    });
    const { options } = await called(['add', 'x', '--tag', 'a', '--tag', 'b', '--ssh-option', 'A=b']);
    expect(options).toEqual({ tag: ['a', 'b'], sshOption: ['A=b'] });
  });

  it.each([['--none'], ['knock', '--none'], ['none'], ['show'], ['show', 'a', 'b'], ['knock', '--mode']])(
    'refuses %s %s',
    async (...words) => {
      vi.spyOn(process.stderr, 'write').mockReturnValue(true);
      await expect(called(words)).rejects.toMatchObject({ exitCode: 1 });
    },
  );
});

describe('a mode’s options', () => {
  const option = (flags: string, secret = false) => ({
    flags,
    description: `what ${flags} does`,
    field: 'field',
    ...(secret ? { secret: true as const } : {}),
  });
  const alpha: ModeOptions = {
    kind: 'alpha',
    inline: { options: [option('--protocol <p>'), option('--word <text>', true)] },
  };
  const beta: ModeOptions = {
    kind: 'beta',
    inline: { options: [option('--protocol <protocol>', true), option('--count <n>')] },
  };
  const two = [alpha, beta];

  it('may have the name of another mode’s', async () => {
    for (const kind of ['alpha', 'beta'])
      expect((await called(['add', 'x', '--mode', kind, '--protocol', 'udp'], two)).options).toEqual({
        mode: kind,
        protocol: 'udp',
      });
    expect((await called(['edit', 'home', '--protocol', 'udp'], two)).options).toEqual({ protocol: 'udp' });
  });

  it('are shown with their --mode only', async () => {
    const bare = await shown(['knock', '--help'], two);
    expect(bare).toContain('sesamy knock --mode KIND --help');
    expect(bare).not.toMatch(/--protocol|--word|--count/);
    const one = await shown(['knock', '--mode', 'alpha', '--help'], two);
    expect(one).toMatch(/Options of --mode alpha:\n +--protocol <p> .*\n +--word <text> /);
    expect(one).toMatch(/- is standard input\):\n +--word-file <file> +instead of --word\n/);
    expect(one).not.toMatch(/KIND|--count|--protocol-file/);
    expect(await shown(['proxy', '--mode=beta', '--help'], two)).toMatch(/other users:\n +--protocol-file <file> /);
  });

  it('are taken beside another --mode, for the answer that names theirs', async () => {
    const { options } = await called(['add', 'x', '--mode', 'alpha', '--count', '3', '--protocol-file', 'f'], two);
    expect(options).toEqual({ mode: 'alpha', count: '3', protocolFile: 'f' });
    expect(optionsOf(knock(), ['--mode', 'alpha'], two).hidden.map(optionName).toSorted()).toEqual([
      '--count',
      '--protocol-file',
    ]);
  });

  const knock = (): Verb => {
    const found = VERBS.find(({ name }) => name === 'knock');
    if (found === undefined) throw new Error('There is no knock');
    return found;
  };

  it.each(MODES.map((mode) => [mode.kind, mode] as const))('of %s have no name that a verb uses itself', (_, mode) => {
    const names = mode.inline.options.flatMap((each) => [each, fileForm(each) ?? each]).map(optionName);
    for (const verb of VERBS)
      if (verb.target !== undefined)
        for (const { options } of [verb, ...verb.groups, TARGET])
          for (const each of options) expect(names).not.toContain(optionName(each));
    const own = mode.inline.options.map(optionName);
    expect(new Set(own).size).toBe(own.length);
  });
});

describe('the source of the command line', () => {
  const folder = resolve(import.meta.dirname);
  const sources = readdirSync(folder).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  const source = (name: string): string => readFileSync(resolve(folder, name), 'utf8');
  /** Paths of all imports; those of types alone cost nothing. */
  const imports = (name: string, types: boolean): readonly string[] =>
    [...source(name).matchAll(/(?:^import (type )?[^;]*? from |import\()'([^']+)'/gm)]
      .filter(([, type]) => types || type === undefined)
      .map(([, , path = '']) => path);
  const isVerb = (path: string): boolean => /-verbs?(\.ts)?$/.test(path);

  it('has no verb that imports a verb', () => {
    const verbs = sources.filter(isVerb);
    expect(verbs.length).toBeGreaterThan(10);
    for (const name of verbs) expect([name, ...imports(name, true).filter(isVerb)]).toEqual([name]);
  });

  it('loads a verb when it is used', () => {
    for (const name of ['main.ts', 'program.ts', 'options.ts', 'verbs.ts']) {
      const atOnce = [...source(name).matchAll(/^import (?!type )[^;]*? from '([^']+)'/gm)].map(
        ([, path = '']) => path,
      );
      for (const path of atOnce)
        expect(path).toMatch(/^\.\/(program|options|verbs)$|^\.\.\/(domain|text)\/|^commander$/);
    }
    expect(imports('verbs.ts', false).filter(isVerb).length).toBeGreaterThan(10);
  });
});
