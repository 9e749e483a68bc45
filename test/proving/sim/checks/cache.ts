/** A cache tier made by hand: two shards, two processes, and a log of what happened. */

import type { CacheEvent, CacheProcessView, CacheView } from '../../../../proving/sim/cache/index.ts';
import type { Checker, SimView } from '../../../../proving/sim/model.ts';
import { NOW, view } from './view.ts';

type Plain<Event> = Event extends unknown ? Omit<Event, 'order' | 'at'> & { readonly at?: number } : never;
export type PlainEvent = Plain<CacheEvent>;

export const SITE: CacheView['site'] = {
  shards: 2,
  layering: null,
  innerShards: 0,
  processes: 2,
  rates: [1, 1],
  roomForEntries: 1000,
  readsPerSecond: 1,
  writesPerSecond: 1,
  keys: [{ tenant: '', key: 'a', ttlMs: 60_000, staleMs: 0 }],
  hotShare: 0,
};

export const process = (change: Partial<CacheProcessView> = {}): CacheProcessView => ({
  process: '1-1',
  isStopped: false,
  servesAll: true,
  ...change,
});

export interface CacheChange {
  readonly site?: Partial<CacheView['site']>;
  readonly shards?: readonly { readonly state: string; readonly epoch: number }[];
  readonly processes?: readonly CacheProcessView[];
}

export function cacheView(events: readonly PlainEvent[], change: CacheChange = {}): CacheView {
  const serving = { state: 'serving', epoch: 3 };
  return {
    site: { ...SITE, ...change.site },
    events: events.map((event, order) => ({ at: NOW, ...event, order })),
    shards: () => change.shards ?? [serving, serving],
    processes: () => change.processes ?? [process(), process({ process: '2-1' })],
  };
}

/** What the checker says of a run in which this happened. */
export function sayOf(
  checker: Checker,
  events: readonly PlainEvent[],
  { cache, ...change }: Partial<Omit<SimView, 'cache'>> & { readonly cache?: CacheChange } = {},
): string | null {
  return checker.check(view({ ...change, cache: cacheView(events, cache) }));
}

export const committed = (name: string, version: number, isRecorded = false, at = NOW): PlainEvent => ({
  kind: 'committed',
  name,
  version,
  isRecorded,
  at,
});

/** Of an invalidation that began at this place of the log. */
export const acknowledged = (name: string, begunAt: number): PlainEvent => ({
  kind: 'acknowledged',
  name,
  begunAt,
});

type ReadEvent = Extract<PlainEvent, { readonly kind: 'read' }>;

/** Of a read that began at this place of the log. */
export const read = (
  name: string,
  begunAt: number,
  version: number | null,
  change: Partial<ReadEvent> = {},
): PlainEvent => ({
  kind: 'read',
  how: 'getOrLoad',
  name,
  process: '1-1',
  place: 0,
  begunAt,
  startedAt: NOW,
  wasStopped: false,
  value: version === null ? null : { name, version },
  error: null,
  ...change,
});

export const load = (
  kind: 'load-began' | 'load-ended',
  name: string,
  place: number,
  number = 1,
): PlainEvent => ({
  kind,
  name,
  process: `${place + 1}-1`,
  place,
  load: number,
});

export const command = (shard: number, names: readonly string[], change: object = {}): PlainEvent => ({
  kind: 'command',
  place: 0,
  shard,
  command: 'get',
  names,
  ...change,
});
