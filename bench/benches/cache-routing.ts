/** Which server a key is on: the cost of one decision, what a death moves, and how even the load is. */

import { SLOTS } from '../../core/cache/index.ts';
import { CLUSTER_KEY_SLOT, OURS, RINGS, type Router } from '../cache/peers.ts';
import { type Bench, type BenchRow, median, row } from '../types.ts';

const SHARDS = [16, 1024] as const;
/** More than a ring keeps the answers of: what is asked for the first time is what a decision costs. */
const KEYS = 20_000;
const KEY_LENGTH = 32;
const ROUNDS_MIN = 3;
/** The heap grows in pieces of some hundred KB: fewer decisions than that would look as if each took some bytes. */
const DECISIONS_ALLOCATING = 1_000_000;
/** Keys enough that chance alone makes the busiest of 16 servers only 0.7 % busier than the mean. */
const KEYS_SPREAD = 1_000_000;
const ALL = [OURS, CLUSTER_KEY_SLOT, ...RINGS];

export const cacheRouting: Bench = {
  name: 'cache-routing',
  run: async ({ seconds, say }) => {
    const rows: BenchRow[] = [];
    const context: Record<string, number> = {};
    const keys = keysOf(KEYS);
    for (const shards of SHARDS) {
      say(`routing among ${shards}`);
      const ns = costs(shards, keys, (seconds * 1000) / SHARDS.length);
      const ours = ns.get(OURS.name)!;
      const others = ALL.filter((router) => router !== OURS);
      rows.push(...others.map(({ name }) => row(`${shards} shards`, ours, ns.get(name)!, name)));
      const bytes = bytesAllocated(OURS.route(shards), keys);
      context[`bytes allocated by a decision, ${shards} shards, ${OURS.name}`] = bytes;
      context[`max / mean of the slots, ${shards} shards, ${OURS.name}`] = slotsMaxToMean(shards);
    }
    say('what a death moves, and how even the load is');
    for (const router of [OURS, ...RINGS]) {
      context[`share of keys moved when one of 16 dies, ${router.name}`] = shareMoved(router, 16, keys);
    }
    const spread = keysOf(KEYS_SPREAD);
    context[`max / mean of the keys, 16 shards, ${OURS.name}`] = keysMaxToMean(OURS.route(16), 16, spread);
    return { unit: 'ns per decision', rows, context };
  },
};

/** Texts of 32 bytes as a cache sees them: much alike, and different at the end. */
export function keysOf(count: number): string[] {
  // Through bytes, as a key arrives: one that was put together is read piece by piece.
  return Array.from({ length: count }, (_, n) =>
    Buffer.from(`shop:product:${n}`.padEnd(KEY_LENGTH, '-')).toString('latin1'),
  );
}

/** The median cost of a decision by the router's name, turn about. */
function costs(shards: number, keys: readonly string[], ms: number): ReadonlyMap<string, number> {
  const routes = ALL.map((router) => ({
    name: router.name,
    route: router.route(shards),
    ns: [] as number[],
  }));
  const until = performance.now() + ms;
  for (let round = 0; round < ROUNDS_MIN || performance.now() < until; round += 1) {
    for (const { route, ns } of routes) ns.push(nsPerDecision(route, keys));
  }
  return new Map(routes.map(({ name, ns }) => [name, median(ns)]));
}

let sink = 0;

function nsPerDecision(route: (key: string) => number, keys: readonly string[]): number {
  const before = sink;
  const startedAt = process.hrtime.bigint();
  for (const key of keys) sink += route(key);
  const ns = Number(process.hrtime.bigint() - startedAt) / keys.length;
  if (sink === before) throw new Error('no key was routed: the benchmark measures nothing');
  return ns;
}

/** The least of some rounds: what else the process does may allocate meanwhile, never the other way round. */
export function bytesAllocated(route: (key: string) => unknown, keys: readonly string[]): number {
  const repeats = Math.ceil(DECISIONS_ALLOCATING / keys.length);
  const rounds = Array.from({ length: 4 }, () => {
    const before = process.memoryUsage().heapUsed;
    for (let n = 0; n < repeats; n += 1) for (const key of keys) route(key);
    return (process.memoryUsage().heapUsed - before) / (repeats * keys.length);
  });
  // Less than before: a collection came between.
  const grown = rounds.filter((bytes) => bytes >= 0);
  return grown.length === 0 ? Number.NaN : Math.floor(Math.min(...grown));
}

/** Of keys whose server is another one after a death, those of the dead server among them. */
function shareMoved(router: Router, servers: number, keys: readonly string[]): number {
  const [before, after] = [router.route(servers), router.route(servers, 0)];
  return keys.filter((key) => before(key) !== after(key)).length / keys.length;
}

function slotsMaxToMean(shards: number): number {
  return Math.ceil(SLOTS / shards) / (SLOTS / shards);
}

function keysMaxToMean(route: (key: string) => number, shards: number, keys: readonly string[]): number {
  const counts = Array.from({ length: shards }, () => 0);
  for (const key of keys) counts[route(key)]! += 1;
  return Math.max(...counts) / (keys.length / shards);
}
