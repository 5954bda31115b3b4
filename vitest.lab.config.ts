import { defineConfig } from 'vitest/config';

/** The tests against real servers in network namespaces; they need root (docs/lab.md). */
export default defineConfig({
  test: {
    include: ['e2e/lab/**/*.test.ts'],
    environment: 'node',
    // The knocks are timed: two files at once would disturb each other on a small machine.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
