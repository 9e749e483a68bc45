import type { LedgerItem, LedgerStep, Mode, PoolItem } from '../../state/items.ts';
import type { PoolPlan } from './types.ts';

export const PUBLISH_CALL = 'dynamodb:PutItem';
export const ENDPOINT_CALL = 'rds:ModifyDBClusterEndpoint';

export interface PoolRecord {
  readonly plan: Extract<PoolPlan, { kind: 'change' }>;
  readonly before: PoolItem | null;
  readonly clusterId: string;
  readonly endpointId: string | null;
  readonly function: string;
  readonly epoch: number;
  readonly now: number;
  readonly mode: Mode;
}

/** A change of the pool as a recovery: publish the members, then let the custom endpoint follow (I-36). */
export function openPoolChange(record: PoolRecord): LedgerItem {
  const { plan, before, clusterId, epoch, now, mode } = record;
  const outcome = mode === 'act' ? 'pending' : 'skipped';
  const rest = { at: null, outcome, detail: null } as const;
  // The pool item is written for an edit of the endpoint too: it dates the edit before it is made.
  const steps: LedgerStep[] = [
    { name: 'publish', call: PUBLISH_CALL, target: `pool#${clusterId}`, reason: plan.reason, ...rest },
  ];
  if (plan.exclude !== null && record.endpointId !== null) {
    const reason = `exclude ${plan.exclude.join(', ') || 'nobody'}`;
    steps.push({ name: 'endpoint', call: ENDPOINT_CALL, target: record.endpointId, reason, ...rest });
  }
  return {
    kind: 'ledger',
    id: `pool-${epoch}-${now}`,
    clusterId,
    function: record.function,
    epoch,
    startedAt: now,
    updatedAt: now,
    state: mode === 'act' ? 'planned' : 'observed',
    failure: plan.failure,
    memberId: plan.memberId,
    mode,
    reason: plan.reason,
    evidence: plan.evidence,
    steps,
    before: describePool(before),
    after: describePool(plan.next),
    actor: record.function,
  };
}

export function describePool(pool: PoolItem | null): string {
  if (pool === null) return 'none';
  const members = Object.entries(pool.members).map(([id, { state }]) => `${id}=${state}`);
  return [...members.toSorted(), ...(pool.failOpen ? ['fail-open'] : [])].join(' ');
}
