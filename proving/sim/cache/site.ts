/** The cache tier of a run in numbers: its shards, its processes, what they read and how often they write. */

import type { Layering } from '../../../runtime/cache/index.ts';
import type { Random } from '../kernel/index.ts';

export interface CacheSite {
  readonly shards: number;
  /** A second copy, or a gutter, behind the first. @default - none */
  readonly layering: Layering | null;
  /** Of the second copy or the gutter: they are counted on from the first. */
  readonly innerShards: number;
  /** Application processes. */
  readonly processes: number;
  /** By place: seconds of a process in one of real time. Any two are within the drift that leases allow for. */
  readonly rates: readonly number[];
  /** Entries that a shard has room for. */
  readonly roomForEntries: number;
  /** Of one process, a second. */
  readonly readsPerSecond: number;
  readonly writesPerSecond: number;
  readonly keys: readonly SiteKey[];
  /** The share of the reads that want the first key (F-31). */
  readonly hotShare: number;
}

export interface SiteKey {
  /** Empty for nobody in particular. */
  readonly tenant: string;
  readonly key: string;
  readonly ttlMs: number;
  readonly staleMs: number;
}

export const APPLICATION = 'store';
const TENANTS = ['', 'acme', 'other'] as const;
/** Half of what the leases allow, to either side. */
const DRIFT = 0.0049;
const PLENTY = 1_000_000;

export function drawCacheSite(random: Random): CacheSite {
  const shards = random.between(2, 3);
  const processes = 3;
  const layering = drawLayering(random.fork('layering'));
  const isTight = random.chance(0.3);
  return {
    shards,
    layering,
    innerShards: layering === null ? 0 : layering === 'double' ? shards : 1,
    processes,
    rates: Array.from({ length: processes }, () => 1 + DRIFT * (2 * random.next() - 1)),
    roomForEntries: isTight ? random.between(4, 8) : PLENTY,
    readsPerSecond: 5,
    writesPerSecond: random.pick([0.2, 0.5] as const),
    keys: Array.from({ length: 24 }, (_, index) => ({
      tenant: TENANTS[index % TENANTS.length]!,
      // The same key of several tenants: they must not meet.
      key: `product:${Math.floor(index / TENANTS.length)}`,
      ttlMs: random.pick([5000, 60_000, 600_000] as const),
      staleMs: random.chance(0.3) ? 10_000 : 0,
    })),
    hotShare: 0.2,
  };
}

function drawLayering(random: Random): Layering | null {
  return random.chance(0.5) ? null : random.pick(['double', 'gutter'] as const);
}

/** How the key stands on its shard. */
export function nameOf({ tenant, key }: Pick<SiteKey, 'tenant' | 'key'>): string {
  return `${tenant}:${key}`;
}
