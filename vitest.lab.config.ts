import { defineConfig } from 'vitest/config';

/** Their knocks have to keep a schedule to within milliseconds: two at once would disturb each other on a small machine. */
const TIMED = ['cancel', 'count-window', 'knockd', 'portknocker', 'raw-transports'].map(
  (name) => `e2e/lab/${name}.test.ts`,
);
const common = { environment: 'node', testTimeout: 60_000, hookTimeout: 60_000 } as const;

/** The tests of the built program: against real servers in network namespaces, which need root (docs/lab.md), and of the command line on terminals. */
export default defineConfig({
  test: {
    projects: [
      { test: { ...common, name: 'timed', include: TIMED, fileParallelism: false, sequence: { groupOrder: 0 } } },
      {
        test: {
          ...common,
          name: 'untimed',
          include: ['e2e/lab/**/*.test.ts', 'e2e/cli/**/*.test.ts', 'scripts/**/*.test.mjs'],
          exclude: TIMED,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
