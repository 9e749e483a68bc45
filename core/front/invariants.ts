/** Checked before a plan leaves the core, in production too. Each throws `invariant-broken`; nothing was called then. */

import { UnderstudyError } from '../errors.ts';
import type { FrontAction, FrontFacts } from './facts.ts';
import { isFit } from './targets/removal.ts';
import type { TargetsPlan } from './targets/plan.ts';
import type { TargetView } from './targets/votes.ts';
import { capacityWithout } from './zones/capacity.ts';
import type { ZoneView } from './zones/look.ts';

export function checkTargets(facts: FrontFacts, plan: TargetsPlan): void {
  const known = new Set(facts.groups.map(({ targetGroup }) => targetGroup));
  const leaving = new Set<string>();
  for (const { kind, memberId, calls, evidence } of plan.actions) {
    const view = plan.views.find(({ target }) => target.memberId === memberId);
    must('SEC-09', view !== undefined, 'the target was seen in a group of ours');
    must('I-08', evidence.length > 0, 'the plan names its evidence');
    for (const call of calls) {
      must('SEC-09', 'targetGroup' in call && known.has(call.targetGroup), 'the group is one of ours');
    }
    if (kind === 'deregister') {
      must('I-06', view!.failing.length >= 2 && !view!.isHealthy, 'two zones see it fail');
      must('I-04', !plan.failOpen, 'nothing leaves while failing open');
      leaving.add(memberId);
    } else {
      must('I-06', view!.healthy.length >= 2, 'two zones see it healthy');
    }
  }
  const left = plan.views.filter((view) => isFit(view) && !leaving.has(view.target.memberId));
  must('I-03', leaving.size === 0 || left.length > 0, 'one fit target stays');
  const allowed = Math.max(1, Math.floor(facts.web['velocity-ratio'] * plan.counted));
  must('I-05', leaving.size <= allowed, `at most ${allowed} leave, not ${leaving.size}`);
}

export function checkZone(
  facts: FrontFacts,
  {
    action,
    views,
    zones,
  }: {
    readonly action: FrontAction;
    readonly views: readonly TargetView[];
    readonly zones: readonly ZoneView[];
  },
): void {
  const balancers = new Set(facts.groups.map(({ balancer }) => balancer));
  for (const call of action.calls) {
    must('SEC-09', 'balancer' in call && balancers.has(call.balancer), 'the balancer is one of ours');
    must('I-33', 'zone' in call && call.zone === action.zone, 'one zone at a time');
  }
  if (action.kind !== 'shift') return;
  const look = zones.find(({ zone }) => zone === action.zone)?.look;
  must('I-06', look === 'gray', 'the zone is gray for the others');
  must('I-08', action.evidence.length > 0, 'the plan names its evidence');
  const { bears, needs } = capacityWithout(action.zone, facts, views);
  must('I-35', bears >= needs, 'the other zones bear the load');
}

export function must(invariant: string, holds: boolean, rule: string): void {
  if (holds) return;
  const message = `${invariant}: ${rule}; nothing was called`;
  throw new UnderstudyError(message, { code: 'invariant-broken', advice: 'give-up' });
}
