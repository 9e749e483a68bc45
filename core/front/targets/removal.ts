/**
 * Which target is taken out of the balancers: one that fails, which the balancers' own checks find much later, and one
 * that has no task any more, which nobody else takes out.
 */

import type { FrontAction, FrontFacts, FrontHold, FrontHoldCause } from '../facts.ts';
import { ASKED_PAUSE_MS } from '../facts.ts';
import { askedAt } from '../record.ts';
import { goneFrom, isGone } from './gone.ts';
import { removalsIn } from './merge.ts';
import type { TargetView } from './votes.ts';

const LOOK_AGAIN_MS = 300;

export interface RemovalInput {
  readonly facts: FrontFacts;
  readonly views: readonly TargetView[];
  readonly evidence: readonly string[];
  readonly failOpen: boolean;
}

export interface Decided {
  readonly actions: readonly FrontAction[];
  readonly holds: readonly FrontHold[];
}

/**
 * In the order in which they failed. Never while failing open (I-04), at most max(1, floor(velocity-ratio x N)) in a
 * window, of all and of a zone (I-05), and never the last that is fit (I-03).
 */
export function decideRemovals(input: RemovalInput): Decided {
  const { facts, views, evidence } = input;
  const suspects = views
    .filter(({ target, failing }) => failing.length > 0 && target.balancer !== 'initial')
    .toSorted(byAge);
  const actions: FrontAction[] = [];
  const holds: FrontHold[] = [];
  const leaving: TargetView[] = [];
  for (const view of suspects) {
    if (view.standsIn.length === 0) continue;
    const { memberId, az } = view.target;
    const hold = holdOf(view, input, leaving);
    if (hold !== null) {
      holds.push({ memberId, what: 'deregister', ...hold });
      continue;
    }
    leaving.push(view);
    actions.push({
      kind: 'deregister',
      memberId,
      zone: az,
      calls: view.standsIn.map((targetGroup) => ({ api: 'deregister', targetGroup, target: view.target })),
      reason: `${view.told} since ${facts.now - view.failingSince!} ms`,
      evidence,
    });
  }
  return { actions, holds };
}

type Hold = Pick<FrontHold, 'cause' | 'reason' | 'reviewAt'>;

function holdOf(view: TargetView, input: RemovalInput, leaving: readonly TargetView[]): Hold | null {
  const { facts, failOpen, views } = input;
  const { now } = facts;
  const { target, told } = view;
  const wait = (cause: FrontHoldCause, why: string, reviewAt: number | null = null): Hold => {
    return { cause, reason: `${told}; ${why}`, reviewAt };
  };
  if (!view.isFailing) {
    return wait('one-viewpoint', 'two zones and a majority decide', now + LOOK_AGAIN_MS);
  }
  if (
    view.standsIn.length < facts.groups.length &&
    Object.keys(facts.described).length < facts.groups.length
  ) {
    return wait('aws-unknown', 'not every balancer answered', now + LOOK_AGAIN_MS);
  }
  const goneAt = goneFrom(view, facts.ledger);
  if (target.balancer !== 'healthy' && (goneAt === null || now < goneAt)) {
    return wait('not-in-service', 'no balancer sends it requests', goneAt);
  }
  if (failOpen) return wait('fail-open', 'too few targets look fit: fails open');
  if (isLastIn(view, views, leaving)) return wait('last-healthy', 'it is the last fit one of a balancer');
  const asked = askedAt(target.memberId, 'deregister', facts.ledger);
  if (asked !== null && now - asked < ASKED_PAUSE_MS) {
    return wait('asked-before', `asked ${now - asked} ms ago in vain`, asked + ASKED_PAUSE_MS);
  }
  return velocityHold(view, input, leaving, wait);
}

/** Whether some group would be left without one that its balancer and the probers call fit. */
function isLastIn(view: TargetView, views: readonly TargetView[], leaving: readonly TargetView[]): boolean {
  const others = views.filter((one) => one !== view && !leaving.includes(one) && isFit(one));
  return view.standsIn.some((group) => !others.some(({ standsIn }) => standsIn.includes(group)));
}

function velocityHold(
  view: TargetView,
  { facts, views }: RemovalInput,
  leaving: readonly TargetView[],
  wait: (cause: FrontHoldCause, why: string, reviewAt: number) => Hold,
): Hold | null {
  const { 'velocity-ratio': ratio, 'velocity-window-ms': windowMs } = facts.web;
  const counted = views.filter(isCounted);
  const zoneOf = new Map(views.map(({ target }) => [target.memberId, target.az]));
  const recent = removalsIn(facts.ledger).filter(
    ({ memberId, at }) => memberId !== view.target.memberId && facts.now - at < windowMs,
  );
  const scopes = [
    { cause: 'velocity', has: () => true, of: 'all' },
    { cause: 'zone-velocity', has: (az: string) => az === view.target.az, of: view.target.az },
  ] as const;
  for (const { cause, has, of } of scopes) {
    const inScope = recent.filter(({ memberId }) => has(zoneOf.get(memberId) ?? view.target.az));
    const gone = new Set(inScope.map(({ memberId }) => memberId));
    for (const { target } of leaving) if (has(target.az)) gone.add(target.memberId);
    const count = counted.filter(({ target }) => has(target.az)).length;
    const allowed = Math.max(1, Math.floor(ratio * count));
    if (gone.size < allowed) continue;
    const freeAt = (inScope[0]?.at ?? facts.now) + windowMs;
    return wait(cause, `${gone.size} of ${count} in ${of} left in ${windowMs} ms, ${allowed} may`, freeAt);
  }
  return null;
}

/** Its balancer sends it requests, and the probers do not call it failed. */
export function isFit({ target, standsIn, isFailing }: TargetView): boolean {
  return standsIn.length > 0 && target.balancer === 'healthy' && !isFailing;
}

/** Whoever has only just been registered, or has no task any more, cannot serve, and is no part of any share. */
export function isCounted(view: TargetView): boolean {
  return view.target.balancer !== 'initial' && !isGone(view);
}

function byAge(a: TargetView, b: TargetView): number {
  return (a.failingSince ?? 0) - (b.failingSince ?? 0) || (a.target.memberId < b.target.memberId ? -1 : 1);
}
