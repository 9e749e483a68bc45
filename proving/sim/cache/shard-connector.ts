/** How one application process reaches the shards: the name, the way there, the answer to its first question. */

import type { CacheConnection, CacheConnector } from '../../../runtime/cache/index.ts';
import type { SimClock } from '../kernel/index.ts';
import type { ProcessClock } from '../service/process-clock.ts';
import { type Executed, ShardConnection } from './shard-connection.ts';
import type { Route, ShardNetwork } from './shard-network.ts';
import type { ShardProcess } from './shard-process.ts';
import type { Shards } from './shards.ts';
import { Stream } from './stream.ts';

export interface ShardConnectorOptions {
  readonly clock: SimClock;
  readonly network: ShardNetwork;
  readonly shards: Shards;
  readonly place: number;
  /** The number among all shards of the first one of this cache. */
  readonly first: number;
  readonly owner: ProcessClock;
  /** The process of a shard that this node's resolver names, when it is not the one that has the name (F-12). */
  remembered(shard: number): ShardProcess | null;
  readonly onExecuted: (executed: Executed) => void;
}

export class ShardConnector implements CacheConnector {
  readonly #options: ShardConnectorOptions;
  readonly #open = new Set<ShardConnection>();
  #isClosed = false;

  constructor(options: ShardConnectorOptions) {
    this.#options = options;
  }

  connect(own: number, { timeoutMs }: { readonly timeoutMs: number }): Promise<CacheConnection> {
    const { clock, network, owner, place, shards, first } = this.#options;
    const shard = first + own;
    const route: Route = { place, shard };
    return new Promise((resolve, reject) => {
      let isOver = false;
      const end = (how: () => void): void => {
        if (isOver) return;
        isOver = true;
        cancel();
        how();
      };
      const fail = (why: string): void => end(() => reject(new Error(why)));
      const cancel = owner.after(timeoutMs, () => fail('no connection in time'));
      const server = this.#options.remembered(shard) ?? shards.at(shard);
      const replies = new Stream(clock, network, route, 'replies');
      const reply = (how: () => void): void => replies.send(() => owner.deliver(how));
      new Stream(clock, network, route, 'requests').send(() => {
        if (!server.isAlive) reply(() => fail('refused'));
        else server.take(() => reply(() => end(() => resolve(this.#connected(route, server)))));
      });
    });
  }

  /** The process is gone, and its host closes its sockets. */
  close(): void {
    this.#isClosed = true;
    for (const connection of this.#open) connection.destroy();
    this.#open.clear();
  }

  #connected(route: Route, server: ShardProcess): CacheConnection {
    const { clock, network, owner, onExecuted } = this.#options;
    const connection = new ShardConnection({ clock, network, route, owner, server, onExecuted });
    if (this.#isClosed) connection.destroy();
    else this.#open.add(connection);
    return connection;
  }
}
