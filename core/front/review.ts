/** What has become of an unfinished recovery, judged by what is observed now and not by what was answered (I-13). */

import type { LedgerItem } from '../state/items.ts';
import type { FrontFacts } from './facts.ts';
import { actionOf } from './record.ts';
import { shiftsOfOurs } from './zones/shifts.ts';

/** What cannot be judged for so long is given up: a person must look. */
export const FRONT_GIVEN_UP_MS = 900_000;

export type FrontReview =
  | { readonly state: 'done'; readonly after: string; readonly reason: string }
  /** Whatever is still to be done is planned anew: every call here may be repeated. */
  | { readonly state: 'aborted'; readonly reason: string; readonly failed: boolean }
  | { readonly state: 'waiting'; readonly reason: string };

export function reviewFrontRecovery(item: LedgerItem, facts: FrontFacts): FrontReview {
  const kind = actionOf(item);
  const ageMs = facts.now - item.startedAt;
  const called = item.steps.some(({ at }) => at !== null);
  if (!called) return { state: 'aborted', reason: 'no call was made; planned anew', failed: false };
  const reached =
    kind === 'register' || kind === 'deregister' ? standing(item, facts) : shifting(item, facts);
  if (reached === null) {
    return ageMs > FRONT_GIVEN_UP_MS
      ? { state: 'aborted', reason: `not known what came of it after ${ageMs} ms`, failed: true }
      : { state: 'waiting', reason: 'AWS does not answer what came of it' };
  }
  const { isDone, told } = reached;
  return isDone
    ? { state: 'done', after: told, reason: told }
    : { state: 'aborted', reason: `${told}; planned anew from what is observed`, failed: false };
}

interface Reached {
  readonly isDone: boolean;
  readonly told: string;
}

/** In how many groups the target stands; null while a group does not answer. */
function standing(item: LedgerItem, { groups, described, targets }: FrontFacts): Reached | null {
  const answered = groups.map(({ targetGroup }) => described[targetGroup]);
  if (answered.some((group) => group === undefined)) return null;
  const memberId = item.memberId ?? '';
  const stands = answered.filter((group) =>
    group!.some(({ address, port, state }) => `${address}:${port}` === memberId && state !== 'draining'),
  ).length;
  const isKnown = targets.some((target) => target.memberId === memberId);
  const told = isKnown ? `it stands in ${stands} of ${groups.length} groups` : 'its task is gone';
  const wanted = actionOf(item) === 'register' ? groups.length : 0;
  return { isDone: stands === wanted || !isKnown, told };
}

/** On how many balancers the zone is shifted by us; null while one is not known. */
function shifting(item: LedgerItem, facts: FrontFacts): Reached | null {
  const { groups, managed } = facts;
  if (groups.some(({ balancer }) => managed[balancer] === undefined)) return null;
  const shifts = shiftsOfOurs(facts).filter(({ shift }) => shift.zone === item.memberId).length;
  const wanted = actionOf(item) === 'cancel-shift' ? 0 : groups.length;
  return { isDone: shifts === wanted, told: `${shifts} of ${groups.length} balancers are led away` };
}
