/** Shifts of ours. They are known by their comment, so that one whose answer was lost is found again. */

import type { FrontFacts } from '../facts.ts';
import type { ActiveShift } from '../types.ts';

export interface OwnShift {
  readonly balancer: string;
  readonly shift: ActiveShift;
}

export function shiftComment(env: string, reason: string): string {
  return `${commentPrefix(env)} ${reason}`.slice(0, COMMENT_LENGTH_MAX);
}
/** What ARC allows of a comment. */
const COMMENT_LENGTH_MAX = 128;

export function shiftsOfOurs({ env, managed }: Pick<FrontFacts, 'env' | 'managed'>): readonly OwnShift[] {
  return Object.values(managed).flatMap(({ balancer, shifts }) =>
    shifts
      .filter(({ comment }) => comment.startsWith(commentPrefix(env)))
      .map((shift) => ({ balancer, shift })),
  );
}

function commentPrefix(env: string): string {
  return `understudy ${env}:`;
}
