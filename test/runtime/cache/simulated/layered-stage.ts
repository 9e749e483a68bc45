/** Layered caches of several processes: two sets of simulated shards, each with tables of its own. */

import {
  Cache,
  LayeredCache,
  type Layering,
  ReadBudget,
  type ReadBudgetLimits,
} from '../../../../runtime/cache/index.ts';
import { seeded, VirtualClock } from '../../simulated/virtual-clock.ts';
import { Servers } from './servers.ts';
import { Tables } from './tables.ts';

export interface Half {
  readonly servers: Servers;
  readonly tables: Tables;
  readonly caches: readonly Cache[];
}

export interface LayeredStage {
  readonly clock: VirtualClock;
  readonly outer: Half;
  readonly inner: Half;
  readonly caches: readonly LayeredCache[];
  readonly budgets: readonly ReadBudget[];
  readonly random: () => number;
}

/** The clients are called a, b, c ... Starts and lets the shards come into service. */
export async function layeredStage(
  kind: Layering,
  options: { shards?: number; clients?: number; seed?: number; budget?: Partial<ReadBudgetLimits> } = {},
): Promise<LayeredStage> {
  const { shards = 2, clients = 2, seed = 1 } = options;
  const clock = new VirtualClock();
  const random = seeded(seed);
  const budgets = Array.from({ length: clients }, () => new ReadBudget({ clock, random }, options.budget));
  const half = (count: number): Half => {
    const servers = new Servers(clock, count);
    const tables = new Tables(clock, count);
    const caches = budgets.map((budget, at) => {
      const connector = servers.connectorOf('abcdef'[at]!);
      const ports = { connector, epochs: tables, journal: tables, clock, random };
      return new Cache(ports, { shards: count, budget });
    });
    return { servers, tables, caches };
  };
  const outer = half(shards);
  const inner = half(kind === 'double' ? shards : 1);
  const caches = budgets.map(
    (_, at) => new LayeredCache({ kind, outer: outer.caches[at]!, inner: inner.caches[at]! }),
  );
  await clock.advance(10_000);
  return { clock, outer, inner, caches, budgets, random };
}
