export { edgeHealth, isAnswered, NO_EDGE_MEMORY, NO_FRONT_MEMORY } from './edge.ts';
export * from './facts.ts';
export {
  actionOf,
  askedAt,
  FRONT_CALLS,
  type NewFrontRecovery,
  openFrontRecovery,
  stepName,
  targetOf,
} from './record.ts';
export { asPublished, compareRecords, type Comparison } from './records/compare.ts';
export { dnsName, parseExpectedRecords } from './records/expected.ts';
export { lastRepair, planRecords } from './records/plan.ts';
export type * from './records/types.ts';
export { FRONT_GIVEN_UP_MS, type FrontReview, reviewFrontRecovery } from './review.ts';
export { DEREGISTER_STEP, memberIdOf, mergeTargets, removalsIn, type MergeInput } from './targets/merge.ts';
export { planTargets, type TargetsPlan } from './targets/plan.ts';
export { isFit } from './targets/removal.ts';
export { assessTarget, judgeTargetSweep, toRepeat, type TargetSweep } from './targets/sweep.ts';
export { type TargetView, viewsOf, votingOf } from './targets/votes.ts';
export type * from './types.ts';
export { rememberZones, type ZoneView, zoneViews } from './zones/look.ts';
export { asksForShifts, planZone, type ZonePlan } from './zones/plan.ts';
export { shiftComment, shiftsOfOurs } from './zones/shifts.ts';
