/** Whom Aurora promotes: lowest promotion tier, then the largest instance, then (ours, for determinism) the id. */

import type { ClusterState, Member } from './types.ts';

const SIZES = ['micro', 'small', 'medium', 'large', 'xlarge'] as const;

/** Relative size of an instance class: `db.r8g.2xlarge` is above `db.r8g.xlarge`. Unknown classes rank lowest. */
export function sizeRank(instanceClass: string): number {
  const size = instanceClass.split('.').at(-1) ?? '';
  const multiple = /^(\d+)xlarge$/.exec(size)?.[1];
  if (multiple !== undefined) return SIZES.length - 1 + Number(multiple);
  return SIZES.findIndex((known) => known === size);
}

export function promotionOrder(a: Member, b: Member): number {
  return (
    a.promotionTier - b.promotionTier ||
    sizeRank(b.instanceClass) - sizeRank(a.instanceClass) ||
    (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
  );
}

/** Readers that RDS may promote, best first: available, and not already known to be dead. */
export function candidates(state: ClusterState, tried: readonly string[] = []): Member[] {
  return state.members
    .filter((member) => member.id !== state.writer && !tried.includes(member.id))
    .filter((member) => member.status === 'available' && member.restart === null)
    .toSorted(promotionOrder);
}
