/** A cache of four shards in three zones, whole, as the controller sees it. Tests change what they are about. */

import { defaultsOf } from '../../../../core/thresholds/index.ts';
import type { CacheFacts, DescribedGroup } from '../../../../core/cache/controller/index.ts';
import type { CacheObservationItem } from '../../../../core/state/cache-items.ts';
import type { Reach } from '../../../../core/state/items.ts';
import type { CacheThresholds } from '../../../../core/thresholds/cache.ts';

export const NOW = Date.UTC(2026, 10, 22, 12, 0, 0);
export const ENV = 'demo';
export const ZONES = ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] as const;
export const THRESHOLDS = defaultsOf('cache') as CacheThresholds;
export const EVIDENCE_AGE_MS = 10_000;

export function groupId(shard: number): string {
  return `demo-cache-${shard}`;
}

/** What one zone says of the shards: by shard, how it fails and since when. */
export interface Seen {
  readonly az?: string;
  readonly at?: number;
  readonly token?: number;
  readonly blind?: boolean;
  readonly shards?: number;
  readonly failing?: Readonly<Record<number, { readonly since: number; readonly reach?: Reach }>>;
  readonly runId?: string;
}

export function observation(seen: Seen = {}): CacheObservationItem {
  const {
    az = ZONES[0],
    at = NOW - 500,
    token = 1,
    blind = false,
    shards = 4,
    failing = {},
    runId = 'run-1',
  } = seen;
  const ids = Array.from({ length: shards }, (_, shard) => shard);
  return {
    kind: 'cache-observation',
    env: ENV,
    az,
    at,
    token,
    sequence: 1,
    samples: ids.map((shard) => {
      const reach = failing[shard] === undefined ? 'ok' : (failing[shard].reach ?? 'timeout');
      const isOk = reach === 'ok';
      return { memberId: groupId(shard), at, reach, runId: isOk ? runId : null, latencyMs: isOk ? 1 : null };
    }),
    verdicts: ids.map((shard) => ({
      memberId: groupId(shard),
      failure: failing[shard] === undefined ? null : 'shard-unreachable',
      since: failing[shard]?.since ?? 0,
      samples: 3,
    })),
    blind,
    changed: false,
  };
}

/** All zones but those in `blindTo` cannot reach these shards since then. */
export function unreachable(
  shards: readonly number[],
  {
    since = NOW - 10_000,
    zones = ZONES,
    reach = 'timeout',
  }: { readonly since?: number; readonly zones?: readonly string[]; readonly reach?: Reach } = {},
): readonly CacheObservationItem[] {
  const failing = Object.fromEntries(shards.map((shard) => [shard, { since, reach }]));
  return ZONES.map((az) => observation({ az, failing: zones.includes(az) ? failing : {} }));
}

export function described(shard: number, change: Partial<DescribedGroup> = {}): DescribedGroup {
  const id = groupId(shard);
  return {
    groupId: id,
    status: 'available',
    hasAutomaticFailover: false,
    hasPendingChange: false,
    nodes: [{ cacheClusterId: `${id}-001`, nodeId: '0001', status: 'available' }],
    at: NOW,
    ...change,
  };
}

export function facts(change: Partial<CacheFacts> = {}, shards = 4): CacheFacts {
  const ids = Array.from({ length: shards }, (_, shard) => shard);
  return {
    now: NOW,
    env: ENV,
    epoch: 7,
    zones: ZONES,
    shards: ids.map((shard) => ({ memberId: groupId(shard), cache: 'main' as const, shard })),
    thresholds: THRESHOLDS,
    evidenceAgeMsMax: EVIDENCE_AGE_MS,
    observations: ZONES.map((az) => observation({ az, shards })),
    rows: { main: ids.map((shard) => ({ shard, epoch: 4, state: 'serving' as const })) },
    known: [],
    groups: {},
    ledger: [],
    ...change,
  };
}

/** Rows of four shards, all serving but these. */
export function rows(
  away: Readonly<Record<number, 'closing' | 'closed' | 'opening'>>,
  shards = 4,
): CacheFacts['rows'] {
  const ids = Array.from({ length: shards }, (_, shard) => shard);
  return { main: ids.map((shard) => ({ shard, epoch: 4, state: away[shard] ?? ('serving' as const) })) };
}

/** Shard 1 has been away for long, is quarantined, and AWS calls it available: it is due for a reboot. */
export function hung(change: Partial<CacheFacts> = {}): CacheFacts {
  const since = NOW - THRESHOLDS['reboot-after-ms'];
  return facts({
    observations: unreachable([1], { since }),
    rows: rows({ 1: 'closed' }),
    groups: { [groupId(1)]: described(1) },
    ...change,
  });
}
