import { defineConfig } from 'vitest/config';

/** They replace a module for all that imports it, and so need modules of their own. */
const REPLACING = ['app/toy-mode.test.ts', 'app/vault/container.test.ts'];

/** A busy machine may take its time: nothing here is a matter of seconds. Each project has to be told. */
const PATIENCE_MS = 20_000;

/** The unit tests. What starts other programs (command line, killed savers, lab) has its own configuration. */
export default defineConfig({
  test: {
    // Both of two cores: by itself Vitest would leave one to nobody.
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'unit',
          environment: 'node',
          testTimeout: PATIENCE_MS,
          include: ['app/**/*.test.{ts,tsx}'],
          exclude: REPLACING,
          // Loading every module anew for each file takes nearly as long as the tests.
          isolate: false,
        },
      },
      { test: { name: 'unit, isolated', environment: 'node', testTimeout: PATIENCE_MS, include: REPLACING } },
    ],
  },
});
