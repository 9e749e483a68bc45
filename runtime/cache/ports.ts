/** What the cache needs of the outside. Each port has a real version in an adapter and a simulated one in tests. */

import type { CacheKey } from '../../core/cache/index.ts';
import type {
  Holder,
  JournalEntry,
  Renewed,
  Report,
  Reported,
  RingRow,
  RingStart,
  ShardRow,
} from '../../core/cache/protocol/index.ts';
import type { Session } from '../session.ts';

/**
 * One standalone connection to one shard. Every command is atomic and rejects when the connection is lost. A reply
 * belongs to the command that it answers, or the connection is destroyed (I-26).
 */
export interface CacheConnection {
  /** The server process behind it (`run_id`): another one after every restart. Learnt while connecting. */
  readonly incarnation: string;
  get(key: CacheKey): Promise<Uint8Array | null>;
  getMany(keys: readonly CacheKey[]): Promise<readonly (Uint8Array | null)[]>;
  /** Puts `mark` where nothing is. What was there, or null when it was put (`SET NX GET PX`). */
  ask(key: CacheKey, mark: Uint8Array, ttlMs: number): Promise<Uint8Array | null>;
  /** Puts `mark` whatever was there. */
  put(key: CacheKey, mark: Uint8Array, ttlMs: number): Promise<void>;
  /** Writes the entry if what is there begins with `mark`. */
  exchange(key: CacheKey, mark: Uint8Array, entry: Uint8Array, ttlMs: number): Promise<boolean>;
  /** Overwrites the beginning with `next` if it is `mark`; what follows and the time to live stay. */
  restamp(key: CacheKey, mark: Uint8Array, next: Uint8Array): Promise<boolean>;
  delete(keys: readonly CacheKey[]): Promise<void>;
  flush(): Promise<void>;
  /** Closes the socket at once; whatever is outstanding is rejected. */
  destroy(): void;
  /** Called once when the connection is lost without `destroy`. */
  onLost(listener: () => void): void;
}

export interface CacheConnector {
  /**
   * Resolves the name of the shard anew, connects, verifies the server, logs in and asks for its `run_id`. Rejects at
   * the latest after `timeoutMs`, leaving nothing open.
   */
  connect(shard: number, options: { readonly timeoutMs: number }): Promise<CacheConnection>;
  close?(): void;
}

/** The rows of the shards and the holders of leases: what `ledger.ts` says, as transactions on the writer. */
export interface EpochStore {
  register(id: string): Promise<void>;
  renew(holder: Holder): Promise<Renewed>;
  holders(): Promise<readonly Pick<Holder, 'id' | 'sequence'>[]>;
  forget(id: string, sequence: number): Promise<void>;
  close(shard: number, epoch: number): Promise<ShardRow>;
  settle(from: {
    readonly shard: number;
    readonly epoch: number;
    readonly waitedOut: boolean;
  }): Promise<ShardRow>;
  open(shard: number, epoch: number, candidate: string): Promise<ShardRow | null>;
  /** Removes from the journal what was applied, in the same transaction. */
  serve(from: {
    readonly shard: number;
    readonly epoch: number;
    readonly applied: readonly number[];
  }): Promise<ShardRow>;
}

/** Invalidations that a shard has not had, in a table of the application's database. */
export interface Journal {
  /** Inside the application's transaction; locks the rows of the ring and of the shard (`for share`) until that ends. */
  record(session: Session, shard: number, keys: readonly string[]): Promise<Recorded>;
  report(report: Report): Promise<Reported>;
  list(shard: number): Promise<readonly JournalEntry[]>;
  remove(shard: number, epoch: number, applied: readonly number[]): Promise<void>;
}

export interface Recorded {
  readonly row: ShardRow;
  /** As it stands until the transaction ends: its row was locked before the one of the shard. */
  readonly ring: RingRow;
  readonly ids: readonly number[];
}

/** The number of shards and its doubling: what `ledger.ts` says, as transactions on the writer. */
export interface RingStore {
  /** One snapshot. */
  growth(): Promise<{
    readonly ring: RingRow;
    readonly rows: readonly ShardRow[];
    readonly holders: readonly Holder[];
  }>;
  addShards(count: number): Promise<void>;
  startGrowth(start: RingStart): Promise<RingRow>;
  /** Locks the ring's row (`for update`) before it looks at the holders. */
  advanceGrowth(from: { readonly epoch: number; readonly waitedOut: boolean }): Promise<RingRow>;
  turnGrowth(epoch: number): Promise<RingRow>;
}

/** A connection that lists what is on a shard, for a growth: no application needs it. */
export interface ScanConnection extends Pick<CacheConnection, 'incarnation' | 'delete' | 'destroy'> {
  /**
   * Some keys from this cursor on, of about `count` (`SCAN`), and the next cursor. `0` begins and ends it. A key that is
   * there from the beginning to the end is among them, maybe more than once.
   */
  scan(
    cursor: string,
    count: number,
  ): Promise<{ readonly cursor: string; readonly keys: readonly Uint8Array[] }>;
}

export interface ScanConnector {
  /** As `CacheConnector.connect`. */
  connect(shard: number, options: { readonly timeoutMs: number }): Promise<ScanConnection>;
}
