/** Whether requests are led away from a zone, and when they may come back. */

import {
  ASKED_PAUSE_MS,
  type FrontAction,
  type FrontCall,
  type FrontFacts,
  type FrontHold,
} from '../facts.ts';
import { checkZone } from '../invariants.ts';
import { actionOf, askedAt } from '../record.ts';
import { evidenceOf, viewsOf, votingOf, type TargetView } from '../targets/votes.ts';
import { capacityWithout } from './capacity.ts';
import { zoneViews, type ZoneView } from './look.ts';
import { shiftComment, shiftsOfOurs, type OwnShift } from './shifts.ts';

const MINUTE_MS = 60_000;
const LOOK_AGAIN_MS = 1000;
/** A shift is renewed when less than this share of it is left. */
const RENEW_SHARE = 0.25;

export interface ZonePlan {
  readonly action: FrontAction | null;
  readonly holds: readonly FrontHold[];
  readonly zones: readonly ZoneView[];
  /** Zones that shifts of ours lead away from now, where that is known. */
  readonly shifted: readonly { readonly zone: string; readonly shiftId: string; readonly since: number }[];
  readonly reason: string;
}

/** One zone at a time (I-33); what is shifted already is looked after first. */
export function planZone(facts: FrontFacts): ZonePlan {
  const voting = votingOf(facts);
  const views = viewsOf(facts, voting);
  const zones = zoneViews(facts, views, voting);
  const evidence = evidenceOf(voting);
  const ours = shiftsOfOurs(facts);
  const input = { facts, views, zones, evidence };
  const holds: FrontHold[] = [];
  let action: FrontAction | null = null;
  for (const view of zones) {
    const shifts = ours.filter(({ shift }) => shift.zone === view.zone);
    const isWhole = shifts.length >= facts.groups.length;
    const decided =
      shifts.length > 0 && (isWhole || view.look !== 'gray')
        ? decideShifted(view, shifts, input)
        : decideGray(view, shifts, input);
    if (decided === null) continue;
    if ('cause' in decided) holds.push(decided);
    else action ??= decided;
  }
  if (action !== null) checkZone(facts, { action, views, zones });
  const shifted = ours.map(({ shift }) => ({
    zone: shift.zone,
    shiftId: shift.shiftId,
    since: shift.startedAt,
  }));
  return {
    action,
    holds,
    zones,
    shifted,
    reason: zones.map(({ told, look }) => `${told}: ${look}`).join('; '),
  };
}

/** Whether ARC is to be asked what is shifted: while a zone is gray, and while one of ours may be. */
export function asksForShifts(facts: FrontFacts, known: readonly { readonly zone: string }[]): boolean {
  const voting = votingOf(facts);
  const zones = zoneViews(facts, viewsOf(facts, voting), voting);
  return known.length > 0 || zones.some(({ look }) => look === 'gray') || mayBeShifted(facts);
}

interface ZoneInput {
  readonly facts: FrontFacts;
  readonly views: readonly TargetView[];
  readonly zones: readonly ZoneView[];
  readonly evidence: readonly string[];
}

/** @param shifts those of ours that stand already: a balancer that is led away is not led away again */
function decideGray(
  view: ZoneView,
  shifts: readonly OwnShift[],
  input: ZoneInput,
): FrontAction | FrontHold | null {
  if (view.look !== 'gray') return null;
  const { facts, zones, views, evidence } = input;
  const { now, edge, groups, managed } = facts;
  const wait = holder(view, 'shift');
  const grayMs = now - view.since;
  if (grayMs < edge['zone-gray-ms']) {
    const reason = `gray for ${grayMs} of ${edge['zone-gray-ms']} ms`;
    return wait('gray-hold', reason, view.since + edge['zone-gray-ms']);
  }
  const ailing = zones.find(
    (one) => one.zone !== view.zone && one.failing > one.targets * edge['zone-healthy-ratio'],
  );
  if (ailing !== undefined) return wait('other-zone', `${ailing.told} as well`, now + LOOK_AGAIN_MS);
  if (groups.some(({ balancer }) => managed[balancer] === undefined)) {
    return wait('aws-unknown', 'it is not known what is shifted', now + LOOK_AGAIN_MS);
  }
  const away = groups
    .flatMap(({ balancer }) => zonesAway(balancer, facts))
    .filter((zone) => shifts.length === 0 || zone !== view.zone);
  if (away.length > 0) return wait('other-zone', `a shift leads away from ${away.join(', ')}`, null);
  const open = groups.find(({ targetGroup }) => failsOpen(targetGroup, facts));
  if (open !== undefined)
    return wait('balancer-fails-open', `${open.balancer} calls no target healthy`, null);
  const { bears, needs } = capacityWithout(view.zone, facts, views);
  const capacity = `the other zones bear ${bears} requests a second, ${needs} are needed`;
  if (bears < needs) return wait('capacity', capacity, now + LOOK_AGAIN_MS);
  const asked = askedAt(view.zone, 'shift', facts.ledger);
  if (asked !== null && now - asked < ASKED_PAUSE_MS) {
    return wait('asked-before', `asked ${now - asked} ms ago in vain`, asked + ASKED_PAUSE_MS);
  }
  const reason = `${view.told} for ${grayMs} ms; ${capacity}`;
  const calls = groups
    .filter(({ balancer }) => !shifts.some((one) => one.balancer === balancer))
    .map(({ balancer }) => startCall(balancer, view.zone, reason, facts));
  return { kind: 'shift', memberId: view.zone, zone: view.zone, calls, reason, evidence };
}

/** Cancelled when the zone has been well for long enough, and renewed before it ends while it has not. */
function decideShifted(
  view: ZoneView,
  shifts: readonly OwnShift[],
  { facts, evidence }: ZoneInput,
): FrontAction | FrontHold | null {
  const { now, edge } = facts;
  const told = { memberId: view.zone, zone: view.zone, evidence };
  const cancels = shifts.map(({ balancer, shift }): FrontCall => {
    return { api: 'cancel-shift', balancer, zone: view.zone, shiftId: shift.shiftId };
  });
  const asked = askedAt(view.zone, 'cancel-shift', facts.ledger);
  if (view.look === 'well') {
    const wellMs = now - view.since;
    const returnMs = edge['zone-return-ms'];
    const wait = holder(view, 'cancel-shift');
    if (wellMs < returnMs) return wait('zone-return', `well for ${wellMs} of ${returnMs} ms`, null);
    if (asked !== null && now - asked < ASKED_PAUSE_MS) {
      return wait('asked-before', `asked ${now - asked} ms ago in vain`, asked + ASKED_PAUSE_MS);
    }
    return { kind: 'cancel-shift', ...told, calls: cancels, reason: `${view.told} for ${wellMs} ms` };
  }
  const leftMs = Math.min(...shifts.map(({ shift }) => shift.expiresAt)) - now;
  if (leftMs > edge['shift-ms'] * RENEW_SHARE) return null;
  const reason = `${view.told}; its shift ends in ${leftMs} ms`;
  const calls = cancels.flatMap((cancel) => [
    cancel,
    startCall((cancel as { readonly balancer: string }).balancer, view.zone, reason, facts),
  ]);
  return { kind: 'renew-shift', ...told, calls, reason };
}

function startCall(balancer: string, zone: string, reason: string, { env, edge }: FrontFacts): FrontCall {
  const minutes = Math.ceil(edge['shift-ms'] / MINUTE_MS);
  return { api: 'start-shift', balancer, zone, minutes, comment: shiftComment(env, reason) };
}

/** Zones that a balancer is led away from by anyone: one at a time. */
function zonesAway(balancer: string, { managed }: FrontFacts): readonly string[] {
  const known = managed[balancer];
  return known === undefined ? [] : [...known.shifts.map(({ zone }) => zone), ...known.autoshifted];
}

/** ARC changes nothing while a balancer sends requests to targets that it calls unhealthy. */
export function failsOpen(targetGroup: string, { described }: FrontFacts): boolean {
  const group = described[targetGroup] ?? [];
  return !group.some(({ state }) => state === 'healthy');
}

/** By the newest recovery that led away from a zone, or meant to: the item may not have been written after it. */
function mayBeShifted({ ledger, now, edge }: FrontFacts): boolean {
  const newest = ledger
    .filter(({ mode, steps }) => mode === 'act' && steps.some(({ at }) => at !== null))
    .filter((item) => SHIFTS.has(actionOf(item)))
    .toSorted((a, b) => b.startedAt - a.startedAt)[0];
  if (newest === undefined || now - newest.startedAt > edge['shift-ms']) return false;
  return actionOf(newest) !== 'cancel-shift' || newest.state !== 'done';
}

const SHIFTS: ReadonlySet<ReturnType<typeof actionOf>> = new Set(['shift', 'renew-shift', 'cancel-shift']);

function holder(view: ZoneView, what: FrontHold['what']) {
  return (cause: FrontHold['cause'], reason: string, reviewAt: number | null): FrontHold => {
    return { memberId: view.zone, what, cause, reason: `${view.told}; ${reason}`, reviewAt };
  };
}
