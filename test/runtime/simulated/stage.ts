/** The real pools over a simulated cluster. */

import { Database, type DatabaseLimits } from '../../../runtime/database.ts';
import { SimulatedCluster } from './cluster.ts';
import { seeded, VirtualClock } from './virtual-clock.ts';

export interface Stage {
  readonly clock: VirtualClock;
  readonly cluster: SimulatedCluster;
  readonly database: Database;
  readonly random: () => number;
}

/** Starts and lets the pools find the cluster. */
export async function stage(
  ids: readonly string[] = ['w', 'r1', 'r2'],
  options: { seed?: number; limits?: DatabaseLimits } = {},
): Promise<Stage> {
  const clock = new VirtualClock();
  const random = seeded(options.seed ?? 1);
  const cluster = new SimulatedCluster(clock, ids);
  const database = new Database({ connector: cluster, topology: cluster, clock, random }, options.limits);
  await clock.advance(1000);
  return { clock, cluster, database, random };
}

export interface Outcome {
  readonly ok: boolean;
  readonly value: unknown;
  readonly error: (Error & { code?: string; advice?: string }) | null;
  readonly ms: number;
}

/** What a request came to, and how long it took in virtual time. */
export async function outcomeOf(clock: VirtualClock, request: Promise<unknown>): Promise<Outcome> {
  const startedAt = clock.now();
  try {
    const value = await request;
    return { ok: true, value, error: null, ms: clock.now() - startedAt };
  } catch (error) {
    return { ok: false, value: null, error: error as Error, ms: clock.now() - startedAt };
  }
}

/** An open loop in virtual time: `perSecond` requests for `ms`, then time for the last to end. */
export async function drive(
  clock: VirtualClock,
  load: {
    readonly perSecond: number;
    readonly ms: number;
    readonly request: (n: number) => Promise<unknown>;
  },
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const count = Math.floor((load.ms / 1000) * load.perSecond);
  for (let n = 0; n < count; n += 1) {
    clock.after((n * 1000) / load.perSecond, () => {
      void outcomeOf(clock, load.request(n)).then((outcome) => outcomes.push(outcome));
    });
  }
  await clock.advance(load.ms + 6000);
  return outcomes;
}

export function p99(outcomes: readonly Outcome[]): number {
  const sorted = outcomes.map((outcome) => outcome.ms).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length * 0.99)]!;
}
