/** One sweep of one prober over the tasks behind the balancers. */

import type { Assessment } from '../../database/assess.ts';
import { judgeReach, type ReachMemory, type ReachVerdict } from '../../database/reach-sweep.ts';
import type { TargetEntry, TargetSample } from '../../state/front-items.ts';
import type { Reach } from '../../state/items.ts';
import type { WebThresholds } from '../../thresholds/web.ts';

export interface TargetSweep {
  readonly targets: readonly TargetEntry[];
  /** In the order of their probes; a target that was probed again at once has several. */
  readonly samples: readonly TargetSample[];
  /** How far the prober's newest probes of members and shards got. */
  readonly others: readonly Reach[];
  readonly thresholds: WebThresholds;
  readonly now: number;
}

/** A target that the balancer is still checking for the first time may not listen yet: its silence says nothing. */
export function judgeTargetSweep(before: ReachMemory, sweep: TargetSweep): ReachVerdict {
  const { targets, thresholds, samples, others, now } = sweep;
  const starting = new Set(
    targets.filter(({ balancer }) => balancer === 'initial').map(({ memberId }) => memberId),
  );
  const rules = {
    'fail-samples': thresholds['unreachable-samples'],
    'recover-samples': thresholds['healthy-samples'],
  };
  const counted = samples.filter(({ memberId, reach }) => reach === 'ok' || !starting.has(memberId));
  return judgeReach(before, { samples: counted, others, rules, assess: assessTarget, now });
}

/** The targets that are to be probed again at once: each of them failed and is not yet known to. */
export function toRepeat(before: ReachMemory, samples: readonly TargetSample[]): readonly string[] {
  return samples
    .filter(({ reach }) => reach !== 'ok')
    .map(({ memberId }) => memberId)
    .filter((memberId) => (before.members[memberId]?.verdict.failure ?? null) === null);
}

/** Any answer but the good one fails: a task that cannot say that it serves is not to be sent requests. */
export function assessTarget(reach: Reach): Assessment {
  return reach === 'ok' ? { health: 'good' } : { health: 'bad', failure: 'target-unreachable' };
}
