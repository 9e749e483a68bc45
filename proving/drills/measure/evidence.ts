/** What the control plane says it saw, decided and did, as fields of a drill's line. */

import type { LedgerItem, ObservationItem } from '../../../core/state/items.ts';
import type { Action, FaultKind, Records } from '../model.ts';
import { removedMembers } from './removals.ts';
import { round } from './statistics.ts';

export interface Evidence {
  readonly detected_ms: number | null;
  readonly decided_ms: number | null;
  readonly promotions: number | null;
  readonly removed: number | null;
  readonly actions: readonly Action[];
}

export interface Broken {
  readonly fault: FaultKind;
  readonly memberId: string;
  /** Its zone. */
  readonly az: string;
  /** Epoch ms. */
  readonly faultAt: number;
}

export const FAILOVER_CALL = 'rds:FailoverDBCluster';

const NOTHING: Evidence = {
  detected_ms: null,
  decided_ms: null,
  promotions: null,
  removed: null,
  actions: [],
};

export function evidence(records: Records | null, broken: Broken): Evidence {
  if (!records) return NOTHING;
  const { faultAt, memberId } = broken;
  const seen = records.observations.filter((o) => o.at >= faultAt && detects(o, broken)).map((o) => o.at);
  const after = records.ledger.filter((entry) => entry.startedAt >= faultAt);
  const decisions = after.filter((entry) => decidesAbout(entry, memberId));
  const calls = after.flatMap(callsOf);
  return {
    detected_ms: firstAfter(seen, faultAt),
    decided_ms: firstAfter(
      decisions.map((entry) => entry.startedAt),
      faultAt,
    ),
    promotions: calls.filter(isFailover).length,
    removed: new Set(after.flatMap(removedMembers)).size,
    actions: calls.map(({ action, at }) => ({ ...action, at_ms: round(at - faultAt) })).toSorted(byTime),
  };
}

/** When our first failover was accepted, epoch ms: from then on the time is the managed service's. */
export function failoverCalledAt(records: Records | null, faultAt: number): number | null {
  const times = (records?.ledger ?? [])
    .filter((entry) => entry.startedAt >= faultAt)
    .flatMap(callsOf)
    .filter(isFailover)
    .map(({ at }) => at);
  return times.length === 0 ? null : Math.min(...times);
}

/** A reader's return from an earlier failure is about the same member, and no decision about this fault. */
function decidesAbout({ memberId, reason }: LedgerItem, id: string): boolean {
  if (memberId !== id && !reason.includes(id)) return false;
  return !reason.includes(`${id} out -> returning`) && !reason.includes(`${id} returning -> in`);
}

/** A blind prober detects its own blindness; every other fault shows in a verdict on the victim. */
function detects(observation: ObservationItem, { fault, memberId, az }: Broken): boolean {
  if (fault === 'blind') return observation.az === az && observation.blind;
  return observation.verdicts.some((v) => v.memberId === memberId && v.failure !== null);
}

interface Call {
  readonly action: Omit<Action, 'at_ms'>;
  /** Epoch ms. */
  readonly at: number;
  /** It was accepted, or nobody knows that it was not. */
  readonly took: boolean;
}

function callsOf(entry: LedgerItem): readonly Call[] {
  return entry.steps.flatMap(({ call, at, outcome, target, reason }) => {
    if (call === null || at === null || outcome === 'skipped') return [];
    return [{ action: { function: entry.function, call, target, reason }, at, took: outcome !== 'refused' }];
  });
}

function isFailover({ action, took }: Call): boolean {
  return action.call === FAILOVER_CALL && took;
}

function byTime(a: Action, b: Action): number {
  return a.at_ms - b.at_ms;
}

function firstAfter(times: readonly number[], faultAt: number): number | null {
  return times.length === 0 ? null : round(Math.min(...times) - faultAt);
}
