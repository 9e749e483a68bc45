/** Shards and the connections of one process to them, without a cache in between. */

import { ShardConnector } from '../../../../proving/sim/cache/shard-connector.ts';
import type { Executed } from '../../../../proving/sim/cache/shard-connection.ts';
import { ShardNetwork } from '../../../../proving/sim/cache/shard-network.ts';
import { Shards } from '../../../../proving/sim/cache/shards.ts';
import { randomOf, SimClock, START_MS } from '../../../../proving/sim/kernel/index.ts';
import { ProcessClock } from '../../../../proving/sim/service/process-clock.ts';
import type { CacheConnection } from '../../../../runtime/cache/index.ts';

export function shardStage(seed = 1) {
  const clock = new SimClock();
  const random = randomOf(seed);
  const executed: Executed[] = [];
  const dropped: string[] = [];
  const shards = new Shards({ clock, random, count: 2, room: 100, onEvicted: () => undefined });
  const network = new ShardNetwork({
    clock,
    random,
    onDropped: ({ place, shard }) => dropped.push(`${place} ${shard}`),
    onLost: () => dropped.push('packet'),
  });
  const owner = new ProcessClock(clock);
  const connector = new ShardConnector({
    clock,
    network,
    shards,
    place: 0,
    first: 0,
    owner,
    remembered: () => null,
    onExecuted: (command) => executed.push(command),
  });
  const pass = (ms: number): Promise<number> => clock.runUntil(clock.now() + ms);
  const connected = async (shard = 0): Promise<CacheConnection> => {
    const connecting = connector.connect(shard, { timeoutMs: 1000 });
    await pass(20);
    return connecting;
  };
  return { clock, shards, network, owner, connector, executed, dropped, pass, connected };
}

/** What became of it so far. */
export function fateOf<T>(work: Promise<T>): { value?: T; error?: Error } {
  const fate: { value?: T; error?: Error } = {};
  work.then(
    (value) => (fate.value = value),
    (error: unknown) => (fate.error = error as Error),
  );
  return fate;
}

export const ROUTE = { place: 0, shard: 0 } as const;
export { START_MS };
