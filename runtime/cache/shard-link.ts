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
import type { Cancel, Clock, Random } from '../ports.ts';
import type { CacheLimits } from './limits.ts';
import { Outstanding } from './outstanding.ts';
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
  /** Why it last failed to connect or to answer; null if it never did. */
  readonly lastFailure: string | null;
}

export class ShardLink {
  readonly #options: ShardLinkOptions;
  readonly #outstanding: Outstanding;
  #breaker: BreakerState;
  #connection: CacheConnection | null = null;
  /** Drops the connection. Made once for each, and not with every command. */
  #dropping: (why: unknown) => void = () => {};
  #isConnecting = false;
  #isClosed = false;
  #commands = 0;
  #failures = 0;
  #lastFailure: string | null = null;
  #cancel: Cancel = () => {};

  constructor(options: ShardLinkOptions) {
    this.#options = options;
    this.#breaker = newBreaker(options.clock.now());
    this.#outstanding = new Outstanding(options.clock, options.limits.commandMs, () => {
      if (this.#connection) this.#drop(this.#connection, `no answer within ${options.limits.commandMs} ms`);
    });
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
  run<T>(incarnation: string, command: Command<T>): Promise<{ readonly answer: T } | null> {
    const connection = this.#connection;
    if (!connection || this.incarnation !== incarnation) return Promise.resolve(null);
    this.#commands += 1;
    return new Promise((resolve) => {
      const waiting = this.#outstanding.add(resolve);
      try {
        command(connection).then((answer) => {
          if (!this.#outstanding.end(waiting)) return;
          this.#breaker = succeeded(this.#breaker, this.#options.clock.now(), this.#options.limits.breaker);
          resolve({ answer });
        }, this.#dropping);
      } catch (error) {
        this.#dropping(error);
      }
    });
  }

  describe(): ShardLinkStatus {
    return {
      shard: this.#options.shard,
      breaker: this.#breaker.kind,
      incarnation: this.#connection?.incarnation ?? null,
      commands: this.#commands,
      failures: this.#failures,
      lastFailure: this.#lastFailure,
    };
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel();
    this.#connection?.destroy();
    this.#connection = null;
    this.#outstanding.abandon();
  }

  /** One failure of the shard, however many commands were outstanding on the connection. */
  #drop(connection: CacheConnection, why: unknown): void {
    connection.destroy();
    if (this.#connection !== connection) return;
    this.#connection = null;
    this.#failed(why);
    this.#outstanding.abandon();
    this.#connectWhenDue();
  }

  #failed(why: unknown): void {
    this.#lastFailure = why instanceof Error ? why.message : String(why);
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
    } catch (error) {
      this.#isConnecting = false;
      this.#failed(error);
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
    this.#dropping = (why) => this.#drop(connection, why);
    connection.onLost(() => this.#drop(connection, 'the connection was lost'));
  }
}
