/** The limits of the read pool. Each default exists here, or in the policy it belongs to, and nowhere else. */

import {
  MEMBER_DEFAULTS,
  RETRY_DEFAULTS,
  SECOND_ATTEMPT_DEFAULTS,
  SPILL_DEFAULTS,
  type MemberLimits,
  type RetryLimits,
  type SecondAttemptLimits,
  type SpillLimits,
} from '../core/pools/index.ts';
import { DATABASE_THRESHOLDS } from '../core/thresholds/index.ts';
import { CONNECTION_SET_DEFAULTS, type ConnectionSetLimits } from './connection-set.ts';

export interface ReadPoolLimits {
  /** Time one read may take in all. @default 4,000 */
  readonly deadlineMs: number;
  /** Time one attempt may take; its connection is then destroyed. @default 1,000 */
  readonly attemptTimeoutMs: number;
  readonly connectTimeoutMs: number;
  /** Reads that may wait for a connection. @default 200 */
  readonly waitersMax: number;
  /** How long a read waits for a busy reader before it may use the writer. @default 50 */
  readonly spillAfterMs: number;
  /** How long a read waits for the writer's share before it is shed. @default 500 */
  readonly shedAfterMs: number;
  /** Connections this process may hold at the writer for all its work; the spill cap is a share of it. */
  readonly writerConnections: number;
  /** Replica lag above which a reader is left out while another is within. */
  readonly lagMsMax: number;
  /** Share of the readers that always stays in the pool. */
  readonly panicRatio: number;
  /** Time a probe of a reader that is out may take, connecting included. @default 1,000 */
  readonly probeTimeoutMs: number;
  /** A probe's query slower than this is no pass. @default 100 */
  readonly probeSlowMs: number;
  /** Time between two looks at the pool: probes, warm connections, back-offs that end. @default 100 */
  readonly tendMs: number;
  readonly connections: ConnectionSetLimits;
  readonly member: MemberLimits;
  readonly retry: RetryLimits;
  readonly secondAttempt: SecondAttemptLimits;
  readonly spill: SpillLimits;
}

function threshold(name: 'lag-ms-max' | 'panic-ratio'): number {
  return DATABASE_THRESHOLDS.find((spec) => spec.name === name)!.default;
}

export const READ_POOL_DEFAULTS: ReadPoolLimits = {
  deadlineMs: 4000,
  attemptTimeoutMs: 1000,
  connectTimeoutMs: 1000,
  waitersMax: 200,
  spillAfterMs: 50,
  shedAfterMs: 500,
  writerConnections: CONNECTION_SET_DEFAULTS.connectionsMax,
  lagMsMax: threshold('lag-ms-max'),
  panicRatio: threshold('panic-ratio'),
  probeTimeoutMs: 1000,
  probeSlowMs: 100,
  tendMs: 100,
  connections: CONNECTION_SET_DEFAULTS,
  member: MEMBER_DEFAULTS,
  retry: RETRY_DEFAULTS,
  secondAttempt: SECOND_ATTEMPT_DEFAULTS,
  spill: SPILL_DEFAULTS,
};
