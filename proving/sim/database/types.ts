/** What goes into the simulated database, and what can be done to it. */

import type { RdsEvent, Timings } from '../../twin/aurora/index.ts';
import type { Random, SimClock } from '../kernel/index.ts';

export interface SimMember {
  readonly id: string;
  readonly az: string;
  /** 0 is promoted first, 15 last. */
  readonly promotionTier: number;
}

export interface SimDatabaseOptions {
  readonly clock: SimClock;
  readonly random: Random;
  readonly clusterId: string;
  /** The first one writes at the start. */
  readonly members: readonly SimMember[];
  /** How long the managed service takes; each step is drawn anew within a quarter of it. */
  readonly timings: Timings;
  /** READER custom endpoints that exist, by identifier. @default - `readers` alone */
  readonly customEndpoints?: readonly string[];
  readonly onEvent?: (event: RdsEvent) => void;
  /** Told of every message from a node to a member that meets a cut. */
  readonly onDrop?: (node: string, memberId: string) => void;
  /** Told of every write at the instant in which storage takes it, and of the position that shows it. */
  readonly onStored?: (id: string, position: number) => void;
  /** A flaw of the storage, planted so that checks can be seen to fail. @default - none */
  readonly defect?: StorageDefect;
}

/**
 * `unfenced`: storage acknowledges commits of an engine whose generation has ended, and throws them away.
 * `asynchronous`: a commit is acknowledged before storage holds it; what was on its way dies with the engine.
 */
export type StorageDefect = 'unfenced' | 'asynchronous';

/** SQLSTATEs that say load and never death (F-35): too many connections, a lock not available, a cancelled statement. */
export type LoadState = '53300' | '55P03' | '57014';

/** The faults of a member and of the network, as a drill injects them. Each may be repeated without harm. */
export interface DatabaseFaults {
  /** The process dies (F-01). The managed service sees it. */
  crash(id: string): void;
  /** The process stops where it is and keeps its sockets (F-02). The managed service does not see it. */
  freeze(id: string): void;
  thaw(id: string): void;
  /** Every answer of the member takes this much longer (F-03); null ends it. */
  slow(id: string, ms: number | null): void;
  /** A reader stops replaying (F-32). */
  pauseReplay(id: string, paused: boolean): void;
  /** Reads go on, commits wait until it ends: a disk that hangs (F-04). */
  stallCommits(id: string, stalled: boolean): void;
  /** The member answers work with this SQLSTATE (F-35); null ends it. */
  setLoad(id: string, sqlState: LoadState | null): void;
  /** The next commits on the member take effect, and their answers are lost with the connection. */
  loseAnswers(id: string, count: number): void;
  /** Drops everything between a node, e.g. `prober:us-east-1a` or `client:shop-1`, and a member (or all). */
  cut(from: string, to: string): void;
  mend(from: string, to: string): void;
  /** The node uses the addresses that it knows for good (F-12), or asks again as their TTL says. */
  keepNames(node: string, forever: boolean): void;
}
