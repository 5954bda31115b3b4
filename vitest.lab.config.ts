import { defineConfig } from 'vitest/config';

/** The tests of the built program: against real servers in network namespaces, which need root (docs/lab.md), and of the command line on terminals. */
export default defineConfig({
  test: {
    include: ['e2e/lab/**/*.test.ts', 'e2e/cli/**/*.test.ts', 'scripts/**/*.test.mjs'],
    environment: 'node',
    // The knocks are timed: two files at once would disturb each other on a small machine.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
