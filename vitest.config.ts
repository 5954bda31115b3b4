import { defineConfig } from 'vitest/config';

/** The unit tests. What starts other programs (command line, killed savers, lab) has its own configuration. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          environment: 'node',
          include: ['app/**/*.test.{ts,tsx}'],
        },
      },
    ],
  },
});
