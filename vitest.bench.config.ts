import { defineConfig } from 'vitest/config';

/** Measurements in the lab, which need root; `npm run bench:timing` and `npm run bench:connect` run them. Leave the machine idle meanwhile. */
export default defineConfig({
  test: {
    include: ['e2e/bench/**/*.timing.ts'],
    environment: 'node',
    fileParallelism: false,
    hookTimeout: 60_000,
    disableConsoleIntercept: true,
  },
});
