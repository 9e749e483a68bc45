/** Plans in few words, and what came before them. */

import {
  openCacheRecovery,
  planCache,
  type CacheAction,
  type CacheFacts,
} from '../../../../core/cache/controller/index.ts';
import { moveRecovery, withStep } from '../../../../core/database/ledger.ts';
import type { CacheShardItem } from '../../../../core/state/cache-items.ts';
import type { LedgerItem } from '../../../../core/state/items.ts';
import { groupId, NOW } from './facts.ts';

export function kinds(given: CacheFacts): readonly string[] {
  return planCache(given).actions.map(({ kind, memberId }) => `${kind} ${memberId}`);
}
export function causes(given: CacheFacts): readonly string[] {
  return planCache(given).holds.map(({ what, cause }) => `${what}: ${cause}`);
}

/** A recovery of this kind on shard 1 (or another) that began so long ago and was finished. */
export function before(
  kind: CacheAction['kind'],
  agoMs: number,
  change: Partial<LedgerItem> = {},
  shard = 1,
): LedgerItem {
  const told = { memberId: groupId(shard), cache: 'main', shard, reason: '', evidence: [] } as const;
  const action: CacheAction =
    kind === 'reboot'
      ? { kind, ...told, cacheClusterId: `${groupId(shard)}-001`, nodeId: '0001' }
      : { kind, ...told, rowEpoch: 3 };
  const now = NOW - agoMs;
  const opened = openCacheRecovery({
    action,
    env: 'demo',
    function: 'cache-router',
    epoch: 3,
    now,
    mode: 'act',
  });
  const steps = withStep(opened, kind, { at: now, outcome: 'accepted' });
  return { ...moveRecovery(opened, 'done', { now, steps }), ...change };
}

export function away(shard: number, agoMs: number): CacheShardItem {
  return {
    kind: 'cache-shard',
    env: 'demo',
    memberId: groupId(shard),
    cache: 'main',
    shard,
    epoch: 6,
    at: NOW - 60_000,
    row: { epoch: 4, state: 'closed' },
    awaySince: NOW - agoMs,
    reachable: true,
  };
}
