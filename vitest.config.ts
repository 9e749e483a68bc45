import { defineConfig } from 'vitest/config';

/** Tests that start real processes take turns, so that one does not starve the clocks of another. */
const PROCESS_TESTS = [
  'test/proving/sandbox/**',
  'test/drills/**',
  'test/journey/**',
  'test/runtime/real/**',
  'test/stock-tools/**',
  'test/conformance/**',
];

export default defineConfig({
  test: {
    pool: 'forks',
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: PROCESS_TESTS,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'process',
          include: PROCESS_TESTS.map((glob) => glob.replace('**', '**/*.test.ts')),
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
