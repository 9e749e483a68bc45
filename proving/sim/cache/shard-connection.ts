/**
 * One connection of one application process to one process of a shard. A command that was sent may be executed late,
 * or without an answer, or after its client has gone.
 */

import type { CacheKey } from '../../../core/cache/index.ts';
import type { CacheConnection } from '../../../runtime/cache/index.ts';
import type { SimClock } from '../kernel/index.ts';
import type { ProcessClock } from '../service/process-clock.ts';
import { ask, deletion, exchange, flush, get, getMany, put, restamp, type ShardCommand } from './commands.ts';
import type { Route, ShardNetwork } from './shard-network.ts';
import type { ShardProcess } from './shard-process.ts';
import { Stream } from './stream.ts';

export interface Executed extends Route {
  readonly incarnation: string;
  readonly name: ShardCommand<unknown>['name'];
  readonly keys: readonly string[];
  /** Its client had closed the connection before. */
  readonly isOrphan: boolean;
}

export interface ShardConnectionOptions {
  readonly clock: SimClock;
  readonly network: ShardNetwork;
  readonly route: Route;
  /** Whoever has the connection. */
  readonly owner: ProcessClock;
  readonly server: ShardProcess;
  readonly onExecuted: (executed: Executed) => void;
}

export class ShardConnection implements CacheConnection {
  readonly incarnation: string;
  readonly #options: ShardConnectionOptions;
  readonly #requests: Stream;
  readonly #replies: Stream;
  readonly #outstanding = new Set<(error: Error) => void>();
  readonly #forgetServer: () => void;
  #isOpen = true;
  #orphansArrive = false;
  #lost: (() => void) | null = null;

  constructor(options: ShardConnectionOptions) {
    const { clock, network, route, server } = options;
    this.#options = options;
    this.incarnation = server.incarnation;
    this.#requests = new Stream(clock, network, route, 'requests');
    this.#replies = new Stream(clock, network, route, 'replies');
    this.#forgetServer = server.onDeath(() => this.#replies.send(() => this.#reset()));
  }

  get(key: CacheKey): Promise<Uint8Array | null> {
    return this.#send(get(key));
  }
  getMany(keys: readonly CacheKey[]): Promise<readonly (Uint8Array | null)[]> {
    return this.#send(getMany(keys));
  }
  ask(key: CacheKey, mark: Uint8Array, ttlMs: number): Promise<Uint8Array | null> {
    return this.#send(ask(key, mark, ttlMs));
  }
  put(key: CacheKey, mark: Uint8Array, ttlMs: number): Promise<void> {
    return this.#send(put(key, mark, ttlMs));
  }
  exchange(key: CacheKey, mark: Uint8Array, entry: Uint8Array, ttlMs: number): Promise<boolean> {
    return this.#send(exchange(key, mark, entry, ttlMs));
  }
  restamp(key: CacheKey, mark: Uint8Array, next: Uint8Array): Promise<boolean> {
    return this.#send(restamp(key, mark, next));
  }
  delete(keys: readonly CacheKey[]): Promise<void> {
    return this.#send(deletion(keys));
  }
  flush(): Promise<void> {
    return this.#send(flush());
  }

  /** What is on its way is still executed, or is not. */
  destroy(): void {
    if (!this.#isOpen) return;
    this.#orphansArrive = this.#outstanding.size > 0 && this.#options.network.evenOdds();
    this.#close();
  }

  onLost(listener: () => void): void {
    this.#lost = listener;
  }

  #send<T>(command: ShardCommand<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (!this.#isOpen) {
        reject(new Error('the connection is closed'));
        return;
      }
      this.#outstanding.add(reject);
      const { server } = this.#options;
      this.#requests.send(() => {
        if (!this.#isOpen && !this.#orphansArrive) return;
        if (!server.isAlive) this.#replies.send(() => this.#reset());
        else server.take(() => this.#execute(command, resolve, reject));
      });
    });
  }

  #execute<T>(command: ShardCommand<T>, resolve: (answer: T) => void, reject: (error: Error) => void): void {
    const { server, route, owner, onExecuted } = this.#options;
    const answer = command.run(server.store);
    const { name, keys } = command;
    onExecuted({ ...route, incarnation: this.incarnation, name, keys, isOrphan: !this.#isOpen });
    this.#replies.send(() => {
      owner.deliver(() => {
        if (!this.#isOpen || !this.#outstanding.delete(reject)) return;
        resolve(answer);
      });
    });
  }

  /** The server's process is gone, and its host says so. */
  #reset(): void {
    this.#options.owner.deliver(() => {
      if (!this.#isOpen) return;
      const tell = this.#lost;
      this.#close();
      tell?.();
    });
  }

  #close(): void {
    this.#isOpen = false;
    this.#lost = null;
    this.#forgetServer();
    for (const reject of this.#outstanding) reject(new Error('the connection was lost'));
    this.#outstanding.clear();
  }
}
