/** What the control plane says it saw, decided and did, as fields of a drill's line. */

import type { LedgerItem } from '../../../core/state/items.ts';
import type { Action, FaultKind, Observed, Records, TierRecords } from '../model.ts';
import { removedMembers } from './removals.ts';
import { round } from './statistics.ts';

/** What the control plane of any tier says of a fault. */
export interface Sighting {
  readonly detected_ms: number | null;
  readonly decided_ms: number | null;
  readonly actions: readonly Action[];
}

export interface Evidence extends Sighting {
  readonly promotions: number | null;
  readonly removed: number | null;
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

const NOTHING: Sighting = { detected_ms: null, decided_ms: null, actions: [] };

export function evidence(records: Records | null, broken: Broken): Evidence {
  if (!records) return { ...NOTHING, promotions: null, removed: null };
  const { faultAt, memberId } = broken;
  const after = records.ledger.filter((entry) => entry.startedAt >= faultAt);
  return {
    ...sighting(records, {
      faultAt,
      detects: (observation) => detects(observation, broken),
      decides: (entry) => decidesAbout(entry, memberId),
    }),
    promotions: after.flatMap(callsOf).filter(isFailover).length,
    removed: new Set(after.flatMap(removedMembers)).size,
  };
}

/** @param about which observations tell of the fault, and which entries decide about what it broke */
export function sighting(
  records: TierRecords | null,
  about: {
    readonly faultAt: number;
    detects(observation: Observed): boolean;
    decides(entry: LedgerItem): boolean;
  },
): Sighting {
  if (!records) return NOTHING;
  const { faultAt } = about;
  const seen = records.observations.filter((o) => o.at >= faultAt && about.detects(o)).map((o) => o.at);
  const after = records.ledger.filter((entry) => entry.startedAt >= faultAt);
  const decisions = after.filter((entry) => about.decides(entry)).map((entry) => entry.startedAt);
  return {
    detected_ms: firstAfter(seen, faultAt),
    decided_ms: firstAfter(decisions, faultAt),
    actions: after
      .flatMap(callsOf)
      .map(({ action, at }) => ({ ...action, at_ms: round(at - faultAt) }))
      .toSorted(byTime),
  };
}

/** What is said of these: a verdict that one of them failed, and an entry that names one of them. */
export function sightingOf(records: TierRecords | null, ids: readonly string[], faultAt: number): Sighting {
  return sighting(records, {
    faultAt,
    detects: ({ verdicts }) => verdicts.some((v) => ids.includes(v.memberId) && v.failure !== null),
    decides: ({ memberId, reason }) => ids.some((id) => memberId === id || reason.includes(id)),
  });
}

/** Of several tiers: the first sight, the first decision, everything that was done. */
export function together(sightings: readonly Sighting[]): Sighting {
  const least = (values: readonly (number | null)[]): number | null => {
    const known = values.filter((value) => value !== null);
    return known.length === 0 ? null : Math.min(...known);
  };
  return {
    detected_ms: least(sightings.map((one) => one.detected_ms)),
    decided_ms: least(sightings.map((one) => one.decided_ms)),
    actions: sightings.flatMap(({ actions }) => actions).toSorted(byTime),
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
function detects(observation: Observed, { fault, memberId, az }: Broken): boolean {
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
