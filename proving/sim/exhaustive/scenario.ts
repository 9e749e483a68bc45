/** What is enumerated: a fault that makes a function work, with the work cut off at every possible point. */

import type { FolderName } from '../control/defect.ts';
import type { FaultSpec } from '../faults/spec.ts';
import { START_MS } from '../kernel/index.ts';

export interface Scenario {
  readonly name: string;
  /** The function whose calls are counted. */
  readonly folder: FolderName;
  readonly faults: readonly FaultSpec[];
  /** There is a throttled service beside the database. @default false */
  readonly throttled?: boolean;
  /** Its work is enumerated from here, epoch ms, */
  readonly from: number;
  /** to here. */
  readonly until: number;
}

/** The seed of every run: it decides latencies alone, for faults are given and its cluster has three members. */
export const SEED = 2;
const MEMBERS = ['demo-db-1', 'demo-db-2', 'demo-db-3'] as const;
const [WRITER, READER, OTHER_READER] = MEMBERS;

const at = (seconds: number): number => START_MS + seconds * 1000;
const span = (from: number, until: number) => ({ from: at(from), until: at(until) });

export const CRASH_SCENARIOS: readonly Scenario[] = [
  {
    name: 'gray writer, write-failover killed',
    folder: 'write-failover',
    faults: [{ id: 'F-04', member: WRITER, ...span(30, 150) }],
    ...span(30, 90),
  },
  {
    name: 'dead reader, replica-pool killed',
    folder: 'replica-pool',
    faults: [{ id: 'F-01', member: READER, from: at(30) }],
    ...span(30, 120),
  },
  {
    name: 'dead reader, prober killed',
    folder: 'health-check',
    // While the next prober of each zone takes over from the one before.
    faults: [{ id: 'F-01', member: READER, from: at(60) }],
    ...span(59, 68),
  },
  {
    name: 'leases renewed, throttle killed',
    folder: 'throttle',
    faults: [],
    throttled: true,
    // Every instance reports once, in one batch or in two.
    ...span(80, 92),
  },
];

/** AWS fails over by itself first, so that there are versions to be stale; then the new writer turns gray. */
export const STALE_SCENARIO: Scenario = {
  name: 'gray writer after a managed failover, stale descriptions',
  folder: 'write-failover',
  faults: [
    { id: 'F-01', member: WRITER, from: at(20) },
    ...[READER, OTHER_READER].map((member) => ({ id: 'F-04' as const, member, ...span(125, 209) })),
  ],
  ...span(125, 205),
};
