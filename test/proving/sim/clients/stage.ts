/** Simulated applications on a simulated database, and nobody else. */

import { startClients, type ClientOptions } from '../../../../proving/sim/clients/index.ts';
import { SimDatabase, type StorageDefect } from '../../../../proving/sim/database/index.ts';
import { randomOf, SimClock, START_MS } from '../../../../proving/sim/kernel/index.ts';
import type { ClientRequest } from '../../../../proving/sim/model.ts';
import { AWS_TIMINGS } from '../../../../proving/twin/aurora/index.ts';
import type { OutcomeItem } from '../../../../core/state/items.ts';
import { MEMBERS } from '../database/stage.ts';

/** Faults begin here, when the pools know the cluster. */
export const WARM_MS = 20_000;

export interface StageOptions extends Partial<
  Pick<ClientOptions, 'count' | 'readsPerSecond' | 'writesPerSecond'>
> {
  readonly seed?: number;
  readonly defect?: StorageDefect;
  /** Puts something between the clients and the database. */
  readonly between?: (database: SimDatabase) => SimDatabase;
}

export function stage({ seed = 1, defect, between = (database) => database, ...load }: StageOptions = {}) {
  const clock = new SimClock();
  const random = randomOf(seed);
  const database = new SimDatabase({
    clock,
    random: random.fork('database'),
    clusterId: 'demo',
    members: MEMBERS,
    timings: AWS_TIMINGS,
    ...(defect === undefined ? {} : { defect }),
  });
  const outcomes: OutcomeItem[] = [];
  const clients = startClients({
    clock,
    random: random.fork('clients'),
    database: between(database),
    count: 2,
    store: { put: async (item) => void outcomes.push(item) },
    ...load,
  });
  /** Virtual time since the start. */
  const runTo = (ms: number) => clock.runUntil(START_MS + ms);
  const at = (ms: number, act: () => void): void => void clock.at(START_MS + ms, act);
  return { clock, random, database, clients, outcomes, runTo, at };
}

export type Stage = ReturnType<typeof stage>;

/** The failed requests of a kind, as times since the start. */
export function failures({ clients }: Stage, kind: ClientRequest['kind'], client?: string) {
  const failed = clients.requests.filter(
    (request) => !request.ok && request.kind === kind && (client ?? request.client) === request.client,
  );
  return {
    count: failed.length,
    first: Math.min(...failed.map(({ startedAt }) => startedAt)) - START_MS,
    last: Math.max(...failed.map(({ endedAt }) => endedAt)) - START_MS,
  };
}
