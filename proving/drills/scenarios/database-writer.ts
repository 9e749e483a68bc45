import { atMost, type Scenario } from './types.ts';

/** What we may add to the managed service's own failover. */
const ADDED_MS_MAX = 2000;

export const databaseWriter: Scenario = {
  name: 'database-writer',
  tier: 'database',
  faults: ['kill'],
  hypothesis: () =>
    `The writer dies: no acknowledged write is lost, and writes go on at most ${ADDED_MS_MAX} ms after AWS's own failover.`,
  victim: (members) => members.find((m) => m.role === 'writer'),
  expectations: () => [
    { rule: 'lost_acked_writes = 0', holds: (line) => line.lost_acked_writes === 0 },
    { rule: 'invented_writes = 0', holds: (line) => line.invented_writes === 0 },
    { rule: 'duplicated = 0', holds: (line) => line.duplicated === 0 },
    { rule: 'wrong_reads = 0', holds: (line) => line.wrong_reads === 0 },
    { rule: 'failed_reads = 0', holds: (line) => line.failed_reads === 0 },
    { rule: `added_ms <= ${ADDED_MS_MAX}`, holds: (line) => atMost(line.added_ms, ADDED_MS_MAX) },
  ],
  measuredBy: 'write',
  managedFailover: true,
};
