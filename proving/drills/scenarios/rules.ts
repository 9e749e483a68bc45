/** Rules that several hypotheses share. */

import { functionsRun, type Conditions } from '../conditions.ts';
import { FAILOVER_CALL } from '../measure/evidence.ts';
import type { DrillLine } from '../model.ts';
import { atMost, rulesFor } from '../rules.ts';
import type { Expectation } from './types.ts';

export const { exactly, within } = rulesFor<DrillLine>();

/** What must never happen to data, whatever is broken. */
export const DATA_IS_SAFE: readonly Expectation[] = [
  exactly('lost_acked_writes', 0),
  exactly('invented_writes', 0),
  exactly('duplicated', 0),
  exactly('wrong_reads', 0),
  exactly('stale_reads', 0),
];

export const NO_READ_FAILS = exactly('failed_reads', 0);

/** No failover of ours: asked for only where there are functions that could have called for one. */
export function noPromotion(conditions: Conditions): readonly Expectation[] {
  return functionsRun(conditions) ? [exactly('promotions', 0)] : [];
}

export function noRemoval(conditions: Conditions): readonly Expectation[] {
  return functionsRun(conditions) ? [exactly('removed', 0)] : [];
}

/** Our first call for a failover, from the fault. */
export function calledWithin(msMax: number): Expectation {
  return {
    rule: `${FAILOVER_CALL} called <= ${msMax} ms`,
    holds: (line) => atMost(line.actions.find(({ call }) => call === FAILOVER_CALL)?.at_ms ?? null, msMax),
  };
}

/** What a frozen, slow or silent member may add to the 99th percentile of reads. */
const P99_ADDED_MS_MAX = 10;
const P99_RATIO_MAX = 2;

export const STEADY_P99: Expectation = {
  rule: `reads_p99_ms <= ${P99_RATIO_MAX} x pre_reads_p99_ms, or ${P99_ADDED_MS_MAX} ms more`,
  holds: (line) =>
    line.pre_reads_p99_ms !== null &&
    atMost(
      line.reads_p99_ms,
      Math.max(P99_RATIO_MAX * line.pre_reads_p99_ms, line.pre_reads_p99_ms + P99_ADDED_MS_MAX),
    ),
};
