/** What may be tuned of the cache, and the defaults. */

import {
  BREAKER_DEFAULTS,
  type BreakerLimits,
  WARMTH_DEFAULTS,
  type WarmthLimits,
} from '../../core/cache/index.ts';
import {
  LEASE_DEFAULTS,
  type LeaseLimits,
  READMISSION_DEFAULTS,
  type ReadmissionLimits,
} from '../../core/cache/protocol/index.ts';

export interface CacheLimits {
  /** A command without an answer for so long has failed, and its connection is destroyed. @default 100 */
  readonly commandMs: number;
  /** @default 1000 */
  readonly connectMs: number;
  /** A transaction of the protocol without an answer for so long has failed. @default 2000 */
  readonly storeMs: number;
  /**
   * A deletion without an answer is sent again, over another connection, for so long: then its shard is closed, for
   * everybody. @default 500
   */
  readonly deliveryMs: number;
  /** Keys in one command at most. @default 500 */
  readonly keysPerCommandMax: number;
  /** A load whose process died stands in the way of others for so long. @default 3000 */
  readonly fillMs: number;
  /** While somebody else fills, look again after so long, more or less. @default 20 */
  readonly fillPollMs: number;
  /** Share of a time to live that is random, so that keys stored together do not expire together. @default 0.1 */
  readonly ttlJitterRatio: number;
  /** While leases have to end, ask after so long whether they have. @default 50 */
  readonly settlePollMs: number;
  /** How often this process looks after shards that are away. @default 1000 */
  readonly keepMs: number;
  /** Which part of the read budget is open to a shard that is colder than the others. */
  readonly warmth: WarmthLimits;
  readonly breaker: BreakerLimits;
  readonly leases: LeaseLimits;
  readonly readmission: ReadmissionLimits;
}

export const CACHE_DEFAULTS: CacheLimits = {
  commandMs: 100,
  connectMs: 1000,
  storeMs: 2000,
  deliveryMs: 500,
  keysPerCommandMax: 500,
  fillMs: 3000,
  fillPollMs: 20,
  ttlJitterRatio: 0.1,
  settlePollMs: 50,
  keepMs: 1000,
  warmth: WARMTH_DEFAULTS,
  breaker: BREAKER_DEFAULTS,
  leases: LEASE_DEFAULTS,
  readmission: READMISSION_DEFAULTS,
};
