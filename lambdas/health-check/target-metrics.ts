import type { MetricGroup } from '../../core/ports/index.ts';
import type { TargetEntry } from '../../core/state/front-items.ts';
import type { Verdict } from '../../core/state/items.ts';
import { DIMENSION } from '../shared/contract.ts';
import { METRIC } from './contract.ts';

export interface TargetsSeen {
  readonly env: string;
  readonly az: string;
  readonly verdicts: readonly Verdict[];
  readonly blind: boolean;
  readonly targets: readonly TargetEntry[];
  /** Zones that targets failed in when it was last told. */
  readonly told: ReadonlySet<string>;
}

/** A line a zone, for one line has one value of a name; nothing while all is well, and nothing of what is not seen. */
export function targetMetrics({ env, verdicts, blind, targets, told }: TargetsSeen): {
  readonly groups: readonly MetricGroup[];
  readonly told: ReadonlySet<string>;
} {
  if (blind) return { groups: [], told };
  const failed = new Set(verdicts.filter(({ failure }) => failure !== null).map(({ memberId }) => memberId));
  const failing = targets.filter(({ memberId }) => failed.has(memberId)).map(({ az }) => az);
  const zones = new Set(failing);
  const groups = [...new Set([...zones, ...told])].toSorted().map((zone): MetricGroup => {
    const value = failing.filter((one) => one === zone).length;
    return {
      dimensions: { [DIMENSION.env]: env, [DIMENSION.az]: zone },
      values: [{ name: METRIC.targetUnreachable, value, unit: 'Count' }],
    };
  });
  return { groups, told: zones };
}
