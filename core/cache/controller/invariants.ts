import { UnderstudyError } from '../../errors.ts';
import { rebootedAt } from './record.ts';
import type { CacheFacts, CachePlan } from './types.ts';
import type { ShardView } from './view.ts';
import { quorumOf } from './votes.ts';

/** Checked before a plan leaves the core, in production too. Throws `invariant-broken`. */
export function checkCachePlan(
  facts: CacheFacts,
  plan: CachePlan,
  { views, resuming }: { readonly views: readonly ShardView[]; readonly resuming: string | undefined },
): void {
  const quorum = quorumOf(facts.zones);
  for (const action of plan.actions) {
    const view = views.find(({ shard }) => shard.memberId === action.memberId);
    must('SEC-09', view !== undefined, 'the shard is known to this deployment');
    must('I-08', action.evidence.length > 0, 'the plan names its evidence');
    const { failing, healthy } = view!.votes;
    const agreed = action.kind === 'readmit' ? healthy.length : failing.length;
    must('I-06', agreed >= quorum, 'most zones agree');
    if (action.kind === 'reboot') {
      const group = facts.groups[action.memberId];
      must('I-07', action.cacheClusterId.startsWith(`${action.memberId}-`), 'the node is one of the shard');
      must(
        'I-08',
        group !== undefined && !group.hasAutomaticFailover,
        'AWS does not heal the group by itself',
      );
    }
  }
  const reboots = plan.actions.filter(({ kind }) => kind === 'reboot').length;
  const { 'reboot-window-ms': windowMs, 'reboots-max': max } = facts.thresholds;
  const recent = facts.ledger.filter((item) => {
    const at = rebootedAt(item);
    const counts = item.id !== resuming && item.acknowledged === undefined;
    return counts && at !== null && facts.now - at < windowMs;
  }).length;
  must('I-09', reboots <= 1, 'one node at a time');
  must('I-09', recent + reboots <= Math.max(max, recent), 'not more reboots than the limit allows');
}

function must(invariant: string, holds: boolean, rule: string): void {
  if (holds) return;
  const message = `${invariant}: ${rule}; nothing was called`;
  throw new UnderstudyError(message, { code: 'invariant-broken', advice: 'give-up' });
}
