import { defineConfig } from 'vitest/config';

/**
 * Measurements. Those of time are made in the lab and need root; `npm run bench:timing` and `npm run bench:connect` run them. Leave the
 * machine idle meanwhile. Those of size need nothing.
 */
export default defineConfig({
  test: {
    include: ['e2e/bench/**/*.{timing,size}.ts'],
    environment: 'node',
    fileParallelism: false,
    hookTimeout: 60_000,
    disableConsoleIntercept: true,
  },
});
