/** Caches of several processes over the same simulated shards and tables. */

import { Cache, type CacheLimits, type ReadBudgetLimits } from '../../../../runtime/cache/index.ts';
import { seeded, VirtualClock } from '../../simulated/virtual-clock.ts';
import { Servers } from './servers.ts';
import { Tables } from './tables.ts';

export interface CacheStage {
  readonly clock: VirtualClock;
  readonly servers: Servers;
  readonly tables: Tables;
  readonly caches: readonly Cache[];
  readonly random: () => number;
}

/** The clients are called a, b, c ... Starts and lets the shards come into service. */
export async function cacheStage(
  options: {
    shards?: number;
    clients?: number;
    seed?: number;
    limits?: Partial<CacheLimits>;
    budget?: Partial<ReadBudgetLimits>;
  } = {},
): Promise<CacheStage> {
  const { shards = 2, clients = 2, seed = 1, limits = {}, budget = {} } = options;
  const clock = new VirtualClock();
  const random = seeded(seed);
  const servers = new Servers(clock, shards);
  const tables = new Tables(clock, shards);
  const caches = Array.from({ length: clients }, (_, at) => {
    const connector = servers.connectorOf('abcdef'[at]!);
    return new Cache(
      { connector, epochs: tables, journal: tables, clock, random },
      { shards, limits, budget },
    );
  });
  await clock.advance(10_000);
  return { clock, servers, tables, caches, random };
}

/** The outcome of `work` after this much virtual time at most. */
export async function outcome<T>(
  clock: VirtualClock,
  work: Promise<T>,
  withinMs = 10_000,
): Promise<{ readonly value?: T; readonly error?: Error & { code?: string }; readonly ms: number }> {
  const beganAt = clock.now();
  const ends: { value?: T; error?: Error & { code?: string }; ms: number }[] = [];
  work.then(
    (value) => ends.push({ value, ms: clock.now() - beganAt }),
    (error: unknown) => ends.push({ error: error as Error, ms: clock.now() - beganAt }),
  );
  for (let waited = 0; waited <= withinMs && ends.length === 0; waited += 1) await clock.advance(1);
  const [ended] = ends;
  if (ended === undefined) throw new Error(`nothing came of it within ${withinMs} ms`);
  return ended;
}
