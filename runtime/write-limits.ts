/** The limits of the write pool. Each default exists here, or in the policy it belongs to, and nowhere else. */

import { RETRY_DEFAULTS, type RetryLimits } from '../core/pools/index.ts';
import { CONNECTION_SET_DEFAULTS, type ConnectionSetLimits } from './connection-set.ts';

export interface WritePoolLimits {
  /** Time one write may take in all, waiting for a new writer included. @default 4,000 */
  readonly deadlineMs: number;
  /** Time one attempt may take; its connection is then destroyed and the writer is in doubt. @default 1,500 */
  readonly attemptTimeoutMs: number;
  /**
   * Time that an attempt must have left, or a tenth of the write's own deadline where that is less. A write that
   * waited until less is left is refused: it would only take a connection from one that can still succeed. @default 50
   */
  readonly attemptMsMin: number;
  readonly connectTimeoutMs: number;
  /** Writes that may wait for a connection or for a new writer. @default 1,000 */
  readonly waitersMax: number;
  /** Wait of the oldest write above which the youngest goes first. @default 1,000 */
  readonly backlogMs: number;
  /** Wait before the second attempt after a lock or a lost race, on average; before the third twice that. @default 20 */
  readonly pauseMs: number;
  /** Time between two looks at the pool. @default 100 */
  readonly tendMs: number;
  readonly connections: ConnectionSetLimits;
  readonly retry: RetryLimits;
}

export const WRITE_POOL_DEFAULTS: WritePoolLimits = {
  deadlineMs: 4000,
  attemptTimeoutMs: 1500,
  attemptMsMin: 50,
  connectTimeoutMs: 1000,
  waitersMax: 1000,
  backlogMs: 1000,
  pauseMs: 20,
  tendMs: 100,
  connections: CONNECTION_SET_DEFAULTS,
  retry: RETRY_DEFAULTS,
};
