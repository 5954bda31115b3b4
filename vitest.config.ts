import { defineConfig } from 'vitest/config';

/** The unit tests. The lab, which needs root and real servers, has its own configuration. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          environment: 'node',
          include: ['app/**/*.test.{ts,tsx}', 'scripts/**/*.test.mjs'],
        },
      },
    ],
  },
});
