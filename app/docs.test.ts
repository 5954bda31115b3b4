/** What the documents name is there: files, links, npm scripts, decisions; and what comments cite from the documents. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

const OWN = 'app/docs.test.ts';
/** Made by a build, and no part of the tree. */
const MADE = /^(native\/build|out)(\/|$)/;
const FOLDERS = ['app', 'docs', 'e2e', 'native', 'scripts'];
/** The tree's files and folders, by paths from its root with forward slashes. */
const paths = new Set([
  ...FOLDERS,
  ...readdirSync(root),
  ...FOLDERS.flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
      path.posix.join(folder, file.replaceAll(path.sep, '/')),
    ),
  ).filter((file) => !MADE.test(file)),
]);
const all = [...paths];

const documents = all.filter((file) => file.endsWith('.md'));
const sources = all.filter(
  (file) => /^((app|e2e|native|scripts)\/.*|[^/]*)\.(tsx?|mjs|cjs|[ch])$/.test(file) && file !== OWN,
);
const npmScripts = Object.keys((JSON.parse(read('package.json')) as { scripts: object }).scripts);
const decisions = new Set(all.flatMap((file) => /^docs\/decisions\/(\d{4})-/.exec(file)?.[1] ?? []).map(Number));

interface Claim {
  readonly line: number;
  /** What is named, as it is written. */
  readonly named: string;
  /** What is wrong with it; null: it is there. */
  readonly problem: string | null;
}

/** One claim for each match, with the line that it stands on. */
function claims(text: string, pattern: RegExp, judge: (match: RegExpExecArray) => string | null): readonly Claim[] {
  return text.split('\n').flatMap((content, index) =>
    Array.from(content.matchAll(pattern), (match) => ({
      line: index + 1,
      named: match[0],
      problem: judge(match),
    })),
  );
}

const problemsIn = (file: string, found: readonly Claim[]): readonly string[] =>
  found.flatMap(({ line, named, problem }) =>
    problem === null ? [] : [`${file}:${line} names "${named}": ${problem}`],
  );

/** `*` stands for any name, `{a,b}` for either, `<kind>` for what the reader puts there. */
function isThere(named: string): boolean {
  if (MADE.test(named)) return true;
  const plain = named.replace(/\/$/, '');
  if (!/[*{<]/.test(plain)) return paths.has(plain);
  const pattern = plain
    .replace(/[.+?^$()|[\]\\]/g, '\\$&')
    .replace(/\*\*\/|\*|<[^>]*>/g, (wild) => (wild === '**/' ? '(.*/)?' : '[^/]*'))
    .replace(/\{([^}]*)\}/g, (_, choices: string) => `(${choices.replaceAll(',', '|')})`);
  const expression = new RegExp(`^${pattern}$`);
  return all.some((file) => expression.test(file));
}

/** A heading's anchor, as the common renderers make it. */
const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
const anchorsOf = (file: string): readonly string[] =>
  Array.from(read(file).matchAll(/^#+ (.*)$/gm), (match) => anchor(match[1] ?? ''));

const PATH = new RegExp(`(?<![\\w./~$-])(?:${FOLDERS.join('|')})/[\\w./*<>{},-]*[\\w/*>}]`, 'g');
/** A file of ours by its own name, or by the end of its path, in backquotes. */
const FILE_NAME = /(?<=`)[\w/-][\w./-]*\.(?:tsx?|mjs|cjs|[ch])(?=`)/g;
const LINK = /(?<=\]\()[^)\s]+(?=\))/g;

function linkProblem(file: string, target: string): string | null {
  if (/^(https?|mailto):/.test(target)) return null;
  const [to = '', fragment] = target.split('#');
  const at = to === '' ? file : path.posix.join(path.posix.dirname(file), to);
  if (!isThere(at)) return `there is no ${at}`;
  return fragment === undefined || anchorsOf(at).includes(fragment) ? null : `${at} has no such heading`;
}

const decisionProblem = ([, number]: RegExpExecArray): string | null =>
  decisions.has(Number(number)) ? null : 'there is no such file in docs/decisions';

describe('each document names what is there', () => {
  it.each(documents)('%s', (file) => {
    const text = read(file);
    expect(
      problemsIn(file, [
        ...claims(text, PATH, ([named]) => (isThere(named) ? null : 'there is no such path')),
        ...claims(text, FILE_NAME, ([named]) =>
          MADE.test(named) || all.some((each) => `/${each}`.endsWith(`/${named}`)) ? null : 'there is no such file',
        ),
        ...claims(text, LINK, ([target]) => linkProblem(file, target)),
        ...claims(text, /npm run (?:--silent )?([\w:-]+)/g, ([, name = '']) =>
          npmScripts.includes(name) ? null : 'there is no such script in package.json',
        ),
        ...claims(text, /\bdecision (\d+)/gi, decisionProblem),
      ]),
    ).toEqual([]);
  });
});

describe('comments', () => {
  /** The numbers that a comment may cite, by document: sections begin `## 1. `, rules `1. `. */
  const numbered: Readonly<Record<string, { readonly pattern: RegExp; readonly heading: RegExp }>> = {
    'docs/knock-modes.md': { pattern: /docs\/knock-modes\.md §(\d+)(?: and §(\d+))?/g, heading: /^## (\d+)\. /gm },
    'docs/architecture.md': { pattern: /docs\/architecture\.md, rule (\d+)/g, heading: /^(\d+)\. /gm },
  };

  it.each(Object.entries(numbered))('cite what %s has', (document, { pattern, heading }) => {
    const there = Array.from(read(document).matchAll(heading), (match) => match[1]);
    const found = sources.flatMap((file) =>
      problemsIn(
        file,
        claims(read(file), pattern, ([, first, second = first]) =>
          [first, second].every((number) => there.includes(number)) ? null : 'it has no such section or rule',
        ),
      ),
    );
    expect(found).toEqual([]);
  });

  it('cite documents that are there, by their paths', () => {
    const found = sources.flatMap((file) =>
      problemsIn(file, [
        ...claims(read(file), /(?<![\w/.-])docs\/[\w/-]+\.md/g, ([named]) =>
          paths.has(named) ? null : 'there is no such document',
        ),
        ...claims(read(file), /(?<!docs\/)\bknock-modes §/g, () => 'write docs/knock-modes.md §'),
        ...claims(read(file), /\(architecture, rule/g, () => 'write docs/architecture.md, rule'),
        ...claims(read(file), /(?<=\(|; )decision (\d+)/g, decisionProblem),
      ]),
    );
    expect(found).toEqual([]);
  });
});
