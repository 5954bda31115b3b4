import { defineConfig } from '@playwright/test';

// The window tests: one real app at a time, on a real (virtual) screen.
export default defineConfig({
  testDir: 'e2e/electron',
  outputDir: 'test-results/window',
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  retries: 0,
  timeout: 90_000,
  expect: { timeout: 10_000 },
  reporter: [['list'], ['json', { outputFile: 'test-results/window.json' }]],
});
