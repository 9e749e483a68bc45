/** What the pools need of the outside. Each port has a real version in `adapters/` and a simulated one in tests. */

import type { OutcomeItem } from '../core/state/items.ts';
import type { Position } from '../core/pools/index.ts';

export type Cancel = () => void;

export interface Clock {
  /** Monotonic milliseconds: for every wait and every age. */
  now(): number;
  /** Epoch milliseconds: only for what is written down. */
  epoch(): number;
  /** Calls `wake` once after `ms`. A background timer does not keep the process alive. */
  after(ms: number, wake: () => void, kind?: 'background'): Cancel;
}

/** A number in [0, 1). */
export type Random = () => number;

export interface QueryResult<Row> {
  readonly rows: Row[];
  readonly rowCount: number;
  /** The command tag's first word, such as `SELECT`, `COMMIT` or `ROLLBACK`. */
  readonly command: string;
}

/** One connection to one member. Rejects with `DatabaseFailure` only. */
export interface Connection {
  readonly memberId: string;
  query<Row>(text: string, values?: readonly unknown[]): Promise<QueryResult<Row>>;
  /**
   * False while a reply is outstanding, inside a transaction, and once the connection is lost: such a connection
   * is destroyed and never used by another request (I-26).
   */
  readonly reusable: boolean;
  /** Closes the socket at once; whatever is outstanding is rejected. */
  destroy(): void;
  /** Says goodbye to the server; resolves when the socket is closed. */
  close(): Promise<void>;
  /** Called once when the connection is lost without `destroy` or `close`. */
  onLost(listener: () => void): void;
}

export interface Member {
  /** The instance identifier. */
  readonly id: string;
  /** The member's own endpoint, the name its certificate carries. */
  readonly host: string;
}

export type Purpose = 'read' | 'write' | 'monitor';

export interface Connector {
  /**
   * Resolves the host anew, connects, verifies the server and logs in. A read connection refuses writes.
   * Rejects with `DatabaseFailure`, at the latest after `timeoutMs`, leaving nothing open.
   */
  connect(
    member: Member,
    options: { readonly purpose: Purpose; readonly timeoutMs: number },
  ): Promise<Connection>;
  /** Gives up on every connect that is under way. Connections already handed out are their owners'. */
  close?(): void;
}

export interface MemberView {
  readonly id: string;
  readonly host: string;
  readonly role: 'writer' | 'reader';
  readonly lagMs: number | null;
  /** What a reader shows, what the writer has made durable; null when unknown. */
  readonly position: Position | null;
}

/** What one member says about itself and about the cluster. */
export interface ClusterView {
  readonly self: string;
  readonly selfIsWriter: boolean;
  readonly members: readonly MemberView[];
}

export interface Topology {
  /** Names to start from, when no member is known: the cluster's own endpoints. */
  readonly seeds: readonly Member[];
  view(connection: Connection): Promise<ClusterView>;
  /** "Are you the writer?", answered by this member about itself. */
  isWriter(connection: Connection): Promise<boolean>;
  /** The position of this member itself: on the writer, one that covers every commit acknowledged so far. */
  position(connection: Connection): Promise<Position | null>;
}

export interface OutcomeSink {
  put(item: OutcomeItem): Promise<void>;
}
