/**
 * The layer rule (docs/architecture.md, rule 1) and the bans that go with it, as flat ESLint configuration. Only ESLint's own
 * rules are used, so that it needs no types and its test is quick. `eslint.config.mjs` puts it on top of the rest;
 * used by itself (`eslint -c eslint.layers.config.mjs`, app/layers.test.ts) it checks the layers alone.
 *
 * Why everything is composed in one place: in flat configuration the last object that sets a rule for a file wins
 * whole, so two objects that each restrict imports would silently cancel one another.
 */
import { builtinModules } from 'node:module';
import tseslint from 'typescript-eslint';

/** @typedef {{ regex: string, message: string }} Ban */

/**
 * What each layer may import besides itself. Arrows point down.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const LAYERS = {
  text: [],
  domain: ['text'],
  shared: ['domain', 'text'],
  engine: ['domain', 'text'],
  vault: ['domain', 'text'],
  library: ['engine', 'vault', 'domain', 'shared', 'text'],
  session: ['library', 'engine', 'vault', 'domain', 'shared', 'text'],
  main: ['session', 'library', 'engine', 'vault', 'domain', 'shared', 'text'],
  cli: ['session', 'library', 'engine', 'vault', 'domain', 'shared', 'text'],
  renderer: ['shared', 'domain', 'text'],
  preload: ['shared'],
};

const NAMES = Object.keys(LAYERS);

/** @param {string} layer */
const below = (layer) => LAYERS[layer] ?? [];

/** Layers that run where there is no Node: in the page, or in the sandboxed preload script. */
const WITHOUT_NODE = ['text', 'domain', 'shared', 'renderer', 'preload'];
/** Where data becomes sentences (docs/architecture.md, rule 12). */
const SPEAKS = ['text', 'cli', 'renderer'];
/** Layers that run inside Electron; the others also run as plain Node programs, where `electron` is only a path. */
const WITH_ELECTRON = ['main', 'preload'];
/** The only layers that may start programs, and the folders of another that may (docs/architecture.md, rule 10; decision 8). */
const MAY_SPAWN = ['session', 'cli'];
const SPAWNING_FOLDERS = { layer: 'engine', names: ['transports', 'lookups'] };

/** Folders under a layer, at most this deep. Configuration is made for each depth, so that `../x` means what it says. */
const MAX_DEPTH = 6;

const CODE = '*.{ts,tsx,mts,cts,js,mjs,cjs}';
const TESTS = '*.test.{ts,tsx}';

const NODE_MODULES = `(node:.*|(${builtinModules.filter((name) => !name.startsWith('_')).join('|')})(/.*)?)`;

const SHELL = {
  selector: "Property:matches([key.name='shell'], [key.value='shell']):not([value.value=false])",
  message: 'No shell: programs are started with argument arrays (docs/architecture.md, rule 10).',
};
const COMPUTED_IMPORT = {
  selector: "ImportExpression[source.type!='Literal']",
  message: 'The path of an import is written out, or else the layer rule cannot see it.',
};

/**
 * The same ban for every way to write an import that the rule no-restricted-imports does not look at.
 * @param {Ban} ban
 */
function importSyntaxBan({ regex, message }) {
  // A slash would end the regular expression inside a selector.
  const pattern = `/${regex.replaceAll('/', '\\u002F')}/`;
  return [
    { selector: `ImportExpression > Literal[value=${pattern}]`, message },
    { selector: `TSImportType Literal[value=${pattern}]`, message },
    { selector: `TSExternalModuleReference > Literal[value=${pattern}]`, message },
    { selector: `CallExpression[callee.name=/^require$/] > Literal.arguments[value=${pattern}]`, message },
  ];
}

/**
 * Packages and Node's own modules that a layer may not import. Tests may use the test tools and Node.
 * @param {string} layer
 * @param {boolean} test
 * @param {boolean} [maySpawn]
 */
function barePatterns(layer, test, maySpawn = MAY_SPAWN.includes(layer)) {
  /** @type {Ban[]} */
  const patterns = [];
  if (layer === 'domain' && !test)
    patterns.push({
      regex: '^(?!\\.|(zod|@noble/hashes)(/|$))',
      message: 'The domain imports nothing but itself, zod and @noble/hashes.',
    });
  else if (WITHOUT_NODE.includes(layer) && !test)
    patterns.push({
      regex: `^${NODE_MODULES}$`,
      message: `There is no Node in ${layer} (docs/architecture.md, rule 1).`,
    });
  if (!WITH_ELECTRON.includes(layer))
    patterns.push({
      regex: '^electron(/|$)',
      message: `Only main and preload run inside Electron; ${layer} may not import it.`,
    });
  if (!maySpawn && !test)
    patterns.push({
      regex: '^(node:)?child_process$',
      message:
        'Programs are started in app/session, app/cli, app/engine/{transports,lookups}, scripts and e2e only (rule 10 of docs/architecture.md).',
    });
  return patterns;
}

/**
 * Imports from other layers, as they are written in a file `depth` folders below app/<layer>. A test may make sentences
 * anywhere: they are what people get to read.
 * @param {string} layer
 * @param {number} depth
 * @param {boolean} test
 * @returns {Ban[]}
 */
function layerPatterns(layer, depth, test) {
  const forbidden = NAMES.filter((name) => name !== layer && !below(layer).includes(name));
  const toApp = `(\\.\\./){${depth + 1}}`;
  return [
    ...(SPEAKS.includes(layer) || test
      ? []
      : [
          {
            regex: `^${toApp}text/(say|en)$`,
            message: 'Sentences are made at the edge, in cli and renderer (docs/architecture.md, rule 12).',
          },
        ]),
    {
      regex: `^(\\./)?${toApp}(${forbidden.join('|')})(/|$)`,
      message: `${layer} may import ${['itself', ...below(layer)].join(', ')} and nothing else of the app (docs/architecture.md, rule 1).`,
    },
    {
      regex: `^(\\./)?${toApp}(\\.\\./)+(app/|$)|^\\.\\.?/(.*/)?[^./][^/]*/(.*/)?\\.\\.(/|$)|^\\.\\.?/(.*/)?\\./`,
      message: 'Write the shortest relative path, so that the layer rule can read it.',
    },
  ];
}

/**
 * `electron` gives each process one raw IPC object; only one wrapper on each side may hold it.
 * @param {string | null} allowed
 */
function electronPaths(allowed) {
  const banned = ['ipcMain', 'ipcRenderer'].filter((name) => name !== allowed);
  return ['electron', 'electron/main', 'electron/renderer', 'electron/common'].map((name) => ({
    name,
    importNames: [...banned, 'default'],
    message:
      'Raw ipcMain belongs to app/main/ipc.ts and raw ipcRenderer to app/preload; import the other names singly.',
  }));
}

const EXEC_PATHS = ['child_process', 'node:child_process'].map((name) => ({
  name,
  importNames: ['exec', 'execSync', 'default'],
  message:
    'exec runs a shell: use spawn or execFile with an argument array, imported by name (docs/architecture.md, rule 10).',
}));

const ELECTRON_UNSEEN = {
  regex: '^electron(/|$)',
  message: 'Import electron statically, so that the names taken from it can be checked.',
};

/**
 * Both composed rules for one kind of file.
 * @param {{ patterns: readonly Ban[], allowedIpc?: string | null, inApp: boolean, commonJs?: boolean }} place
 * @returns {import('eslint').Linter.RulesRecord}
 */
function rules({ patterns, allowedIpc = null, inApp, commonJs = false }) {
  const dynamic = [
    ...patterns,
    // CommonJS has no other way; it is only used outside the app.
    ...(commonJs ? [] : [ELECTRON_UNSEEN]),
    { regex: '^(node:)?child_process$', message: 'Import child_process statically, so that exec can be refused.' },
  ];
  return {
    'no-restricted-imports': ['error', { paths: [...electronPaths(allowedIpc), ...EXEC_PATHS], patterns }],
    'no-restricted-syntax': ['error', SHELL, ...(inApp ? [COMPUTED_IMPORT] : []), ...dynamic.flatMap(importSyntaxBan)],
  };
}

/**
 * Everything under app/<layer>, one object for each depth of folders and one more for the tests there.
 * @param {string} layer
 */
function layerConfigs(layer) {
  /** @type {import('eslint').Linter.Config[]} */
  const configs = [];
  for (let depth = 0; depth <= MAX_DEPTH; depth++) {
    const folder = `app/${layer}/${'*/'.repeat(depth)}`;
    const patterns = (/** @type {boolean} */ test) => [
      ...barePatterns(layer, test),
      ...layerPatterns(layer, depth, test),
    ];
    const allowedIpc = layer === 'preload' ? 'ipcRenderer' : null;
    configs.push({ files: [folder + CODE], rules: rules({ patterns: patterns(false), allowedIpc, inApp: true }) });
    if (layer === SPAWNING_FOLDERS.layer && depth > 0) {
      const spawning = [...barePatterns(layer, false, true), ...layerPatterns(layer, depth, false)];
      configs.push({
        files: SPAWNING_FOLDERS.names.map((name) => `app/${layer}/${name}/${'*/'.repeat(depth - 1)}${CODE}`),
        rules: rules({ patterns: spawning, inApp: true }),
      });
    }
    // After all that is for other code: a test counts as one in whatever folder it lies.
    configs.push({ files: [folder + TESTS], rules: rules({ patterns: patterns(true), allowedIpc, inApp: true }) });
    if (layer === 'main' && depth === 0)
      configs.push({
        files: ['app/main/ipc.ts'],
        rules: rules({ patterns: patterns(false), allowedIpc: 'ipcMain', inApp: true }),
      });
  }
  const tooDeep = { regex: '.', message: `Folders more than ${MAX_DEPTH} deep are out of the layer rule's sight.` };
  configs.push({
    files: [`app/${layer}/${'*/'.repeat(MAX_DEPTH + 1)}**/${CODE}`],
    rules: rules({ patterns: [tooDeep], inApp: true }),
  });
  return configs;
}

/** The domain sees no clock, no chance and no outside world: all of it is passed in. */
const IMPURE_GLOBALS = [
  'Buffer',
  'Date',
  'XMLHttpRequest',
  'clearInterval',
  'clearTimeout',
  'console',
  'crypto',
  'document',
  'fetch',
  'global',
  'globalThis',
  'localStorage',
  'navigator',
  'performance',
  'process',
  'queueMicrotask',
  'require',
  'self',
  'sessionStorage',
  'setImmediate',
  'setInterval',
  'setTimeout',
  'window',
];

/** @type {import('eslint').Linter.Config} */
const purity = {
  files: [`app/domain/**/${CODE}`],
  ignores: [`app/domain/**/${TESTS}`],
  rules: {
    'no-restricted-globals': [
      'error',
      ...IMPURE_GLOBALS.map((name) => ({ name, message: 'The domain is pure: pass in what it needs from outside.' })),
    ],
    'no-restricted-properties': [
      'error',
      { object: 'Math', property: 'random', message: 'The domain is pure: pass in what chance decides.' },
    ],
  },
};

/**
 * What the test and eslint.config.mjs share.
 * @type {import('eslint').Linter.Config[]}
 */
export const layers = [
  // Outside the layers (scripts, e2e, configuration, and tests in app/ itself) only the bans on shells and raw IPC hold.
  { files: [`**/${CODE}`], rules: rules({ patterns: [], inApp: false }) },
  { files: ['**/*.cjs'], rules: rules({ patterns: [], inApp: false, commonJs: true }) },
  ...NAMES.flatMap(layerConfigs),
  purity,
];

/** @type {import('eslint').Linter.Config[]} */
const alone = [
  {
    files: [`**/${CODE}`],
    languageOptions: { parser: tseslint.parser, parserOptions: { ecmaFeatures: { jsx: true } } },
  },
  ...layers,
];

export default alone;
