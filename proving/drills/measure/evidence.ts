/** What the control plane says it saw, decided and did, as fields of a drill's line. */

import type { Action, Records } from '../model.ts';
import { round } from './statistics.ts';

export interface Evidence {
  readonly detected_ms: number | null;
  readonly decided_ms: number | null;
  readonly actions: readonly Action[];
}

const NOTHING: Evidence = { detected_ms: null, decided_ms: null, actions: [] };

export function evidence(records: Records | null, memberId: string, faultAt: number): Evidence {
  if (!records) return NOTHING;
  const seen = records.observations
    .filter((o) => o.at >= faultAt && o.verdicts.some((v) => v.memberId === memberId && v.failure !== null))
    .map((o) => o.at);
  const decisions = records.ledger.filter((entry) => entry.startedAt >= faultAt);
  const actions = decisions.flatMap((entry) =>
    entry.steps.flatMap((step) => {
      if (step.call === null || step.at === null || step.outcome === 'skipped') return [];
      return [
        {
          function: entry.function,
          call: step.call,
          target: step.target,
          reason: step.reason,
          at_ms: round(step.at - faultAt),
        },
      ];
    }),
  );
  return {
    detected_ms: firstAfter(seen, faultAt),
    decided_ms: firstAfter(
      decisions.map((entry) => entry.startedAt),
      faultAt,
    ),
    actions: actions.toSorted((a, b) => a.at_ms - b.at_ms),
  };
}

function firstAfter(times: readonly number[], faultAt: number): number | null {
  return times.length === 0 ? null : round(Math.min(...times) - faultAt);
}
