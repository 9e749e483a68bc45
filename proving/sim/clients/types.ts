/** What the simulated applications are given, and what they tell. */

import type { DatabaseLimits } from '../../../runtime/database.ts';
import type { OutcomeSink } from '../../../runtime/ports.ts';
import type { SimDatabase } from '../database/index.ts';
import type { Random, SimClock } from '../kernel/index.ts';
import type { ClientRequest } from '../model.ts';

export interface ClientOptions {
  readonly clock: SimClock;
  readonly random: Random;
  readonly database: SimDatabase;
  /** Application processes; the node of the first is `client:<application>-1`. */
  readonly count: number;
  /** Where each process writes its outcome item every 5 s. */
  readonly store: OutcomeSink;
  /** @default shop */
  readonly application?: string;
  /** Of one process, open loop. @default 4 */
  readonly readsPerSecond?: number;
  /** Of one process, open loop. @default 2 */
  readonly writesPerSecond?: number;
  /** @default - those of `SIM_LIMITS` */
  readonly limits?: DatabaseLimits;
}

/** What the users of the applications would call a broken promise. */
export interface ClientFindings {
  /** Writes that were acknowledged and that storage does not hold. */
  readonly lost: readonly string[];
  /** Acknowledged writes that a read which asked for them did not show. */
  readonly stale: readonly string[];
  /** Acknowledged writes whose engine's generation had ended before. */
  readonly staleWriter: readonly string[];
  /** Writes that may take effect once only, stored more than once. */
  readonly duplicated: readonly string[];
  readonly acknowledged: number;
}

export interface SimClients {
  /** Only grows. */
  readonly requests: readonly ClientRequest[];
  /** As of now; ask again at the end. */
  findings(): ClientFindings;
  /** Ends the load and closes the pools; virtual time must go on meanwhile. */
  stop(): Promise<void>;
}
