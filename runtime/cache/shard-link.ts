/**
 * The one connection to one shard. A command waits for its answer for a short time and for nothing else: without a
 * connection, or while the breaker is open, it fails at once. A connection with an answer outstanding is destroyed,
 * never used again (I-26).
 */

import {
  type BreakerState,
  failed,
  isClosed,
  isProbeDue,
  newBreaker,
  probe,
  succeeded,
} from '../../core/cache/index.ts';
import { within } from '../bounded.ts';
import type { Cancel, Clock, Random } from '../ports.ts';
import type { CacheLimits } from './limits.ts';
import type { CacheConnection, CacheConnector } from './ports.ts';

export interface ShardLinkOptions {
  readonly shard: number;
  readonly connector: CacheConnector;
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: CacheLimits;
}

export type Command<T> = (connection: CacheConnection) => Promise<T>;

export interface ShardLinkStatus {
  readonly shard: number;
  readonly breaker: BreakerState['kind'];
  readonly incarnation: string | null;
  readonly commands: number;
  readonly failures: number;
}

export class ShardLink {
  readonly #options: ShardLinkOptions;
  #breaker: BreakerState;
  #connection: CacheConnection | null = null;
  #isConnecting = false;
  #isClosed = false;
  #commands = 0;
  #failures = 0;
  #cancel: Cancel = () => {};

  constructor(options: ShardLinkOptions) {
    this.#options = options;
    this.#breaker = newBreaker(options.clock.now());
  }

  /** The server process behind the connection; null when the shard is not to be asked. */
  get incarnation(): string | null {
    return isClosed(this.#breaker) ? (this.#connection?.incarnation ?? null) : null;
  }

  /** Connects, and goes on connecting after every loss until `close`. */
  start(): void {
    this.#connectWhenDue();
  }

  /**
   * The answer of a command to this very process of the server; null when there is none, for whatever reason. It may
   * have been executed all the same.
   */
  async run<T>(incarnation: string, command: Command<T>): Promise<{ readonly answer: T } | null> {
    const connection = this.#connection;
    if (!connection || this.incarnation !== incarnation) return null;
    const { clock, limits } = this.#options;
    this.#commands += 1;
    try {
      const late = (): Error => new Error(`no answer within ${limits.commandMs} ms`);
      const answer = await within(clock, limits.commandMs, command(connection), late);
      if (connection !== this.#connection) return null;
      this.#breaker = succeeded(this.#breaker, clock.now(), limits.breaker);
      return { answer };
    } catch {
      this.#drop(connection);
      return null;
    }
  }

  describe(): ShardLinkStatus {
    return {
      shard: this.#options.shard,
      breaker: this.#breaker.kind,
      incarnation: this.#connection?.incarnation ?? null,
      commands: this.#commands,
      failures: this.#failures,
    };
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel();
    this.#connection?.destroy();
    this.#connection = null;
  }

  /** One failure of the shard, however many commands were outstanding on the connection. */
  #drop(connection: CacheConnection): void {
    connection.destroy();
    if (this.#connection !== connection) return;
    this.#connection = null;
    this.#failed();
    this.#connectWhenDue();
  }

  #failed(): void {
    const { clock, random, limits } = this.#options;
    this.#failures += 1;
    this.#breaker = failed(this.#breaker, { now: clock.now(), random: random() }, limits.breaker);
  }

  /** A connection with the answer to its first question is the probe. */
  #connectWhenDue(): void {
    this.#cancel();
    if (this.#isClosed || this.#connection || this.#isConnecting) return;
    const { clock } = this.#options;
    const now = clock.now();
    if (isClosed(this.#breaker) || isProbeDue(this.#breaker, now)) {
      void this.#connect();
      return;
    }
    const until = this.#breaker.kind === 'closed' ? now : this.#breaker.until;
    this.#cancel = clock.after(until - now, () => this.#connectWhenDue(), 'background');
  }

  async #connect(): Promise<void> {
    const { shard, connector, clock, limits } = this.#options;
    this.#breaker = probe(this.#breaker, clock.now(), limits.breaker);
    this.#isConnecting = true;
    try {
      const connection = await connector.connect(shard, { timeoutMs: limits.connectMs });
      this.#isConnecting = false;
      this.#adopt(connection);
    } catch {
      this.#isConnecting = false;
      this.#failed();
      this.#connectWhenDue();
    }
  }

  #adopt(connection: CacheConnection): void {
    if (this.#isClosed) {
      connection.destroy();
      return;
    }
    const { clock, limits } = this.#options;
    this.#breaker = succeeded(this.#breaker, clock.now(), limits.breaker);
    if (!isClosed(this.#breaker)) {
      connection.destroy();
      this.#connectWhenDue();
      return;
    }
    this.#connection = connection;
    connection.onLost(() => this.#drop(connection));
  }
}
