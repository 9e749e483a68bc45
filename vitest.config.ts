import os from 'node:os';
import { defineConfig } from 'vitest/config';

/** Tests that start real processes: long waits and little work, so as many run at once as there are cores. */
const PROCESS_TESTS = [
  'test/proving/sandbox/**',
  'test/journey/**',
  'test/stock-tools/**',
  'test/conformance/**',
];

/** Tests of what users met under steady load take turns, so that one does not starve the clocks of another. */
const LOAD_TESTS = [
  'test/journey/drills*.test.ts',
  'test/journey/gray*.test.ts',
  'test/journey/least-privilege.test.ts',
  'test/runtime/real/**',
  'test/proving/drills/throttle/run.test.ts',
];

const CORES = os.availableParallelism();
const tests = (glob: string): string => (glob.endsWith('.test.ts') ? glob : `${glob}/*.test.ts`);

export default defineConfig({
  test: {
    pool: 'forks',
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...PROCESS_TESTS, ...LOAD_TESTS],
          maxWorkers: CORES,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'process',
          include: PROCESS_TESTS.map(tests),
          exclude: LOAD_TESTS,
          maxWorkers: Math.min(2, CORES),
          testTimeout: 300_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'load',
          include: LOAD_TESTS.map(tests),
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
