import { atMost, type Expectation, type Scenario } from './types.ts';

/** Longest time without a successful read when a reader is killed. */
const GAP_MS_MAX = 100;
/** What a frozen reader may add to the 99th percentile of reads. */
const P99_ADDED_MS_MAX = 10;
const P99_RATIO_MAX = 2;

const NO_READ_FAILS: Expectation = { rule: 'failed_reads = 0', holds: (line) => line.failed_reads === 0 };
const NO_WRONG_READ: Expectation = { rule: 'wrong_reads = 0', holds: (line) => line.wrong_reads === 0 };
const NO_WRITE_LOST: Expectation = {
  rule: 'lost_acked_writes = 0',
  holds: (line) => line.lost_acked_writes === 0,
};
const SHORT_GAP: Expectation = {
  rule: `longest_gap_ms <= ${GAP_MS_MAX}`,
  holds: (line) => atMost(line.longest_gap_ms, GAP_MS_MAX),
};
const STEADY_P99: Expectation = {
  rule: `reads_p99_ms <= ${P99_RATIO_MAX} x pre_reads_p99_ms, or ${P99_ADDED_MS_MAX} ms more`,
  holds: (line) =>
    line.pre_reads_p99_ms !== null &&
    atMost(
      line.reads_p99_ms,
      Math.max(P99_RATIO_MAX * line.pre_reads_p99_ms, line.pre_reads_p99_ms + P99_ADDED_MS_MAX),
    ),
};

export const databaseReader: Scenario = {
  name: 'database-reader',
  tier: 'database',
  faults: ['kill', 'hang'],
  hypothesis: (fault) =>
    fault === 'kill'
      ? `A reader dies: no read fails and none waits longer than ${GAP_MS_MAX} ms for the next success.`
      : 'A reader freezes: no read fails and the slowest percent of reads hardly notices.',
  victim: (members, random) => {
    const readers = members.filter((m) => m.role === 'reader').toSorted((a, b) => a.id.localeCompare(b.id));
    return readers[Math.floor(random * readers.length)];
  },
  expectations: (fault) => [
    NO_READ_FAILS,
    NO_WRONG_READ,
    NO_WRITE_LOST,
    fault === 'kill' ? SHORT_GAP : STEADY_P99,
  ],
  measuredBy: 'read',
  managedFailover: false,
};
