import { defineConfig } from '@playwright/test';

// Measurements in the real window; `npm run bench:vault` runs them. Leave the machine idle meanwhile.
export default defineConfig({
  testDir: 'e2e/bench',
  testMatch: '**/*.bench.ts',
  outputDir: 'test-results/bench',
  workers: 1,
  timeout: 120_000,
  reporter: [['line']],
});
