export { type Guide, guideOf, type GuideSight, type LockedCache } from './guide.ts';
export {
  HitWindow,
  hitRatioBetween,
  type HitRatio,
  type HolderReads,
  READS_MIN,
  type ReadsSample,
} from './hit-ratio.ts';
export { type Pace, PACE_DEFAULTS, type PaceLimits, paceOf, type PaceSight } from './pace.ts';
export {
  type GrowthAnswer,
  type GrowthLook,
  type GrowthRequest,
  growthRequestFaults,
  type PurgeAnswer,
  type PurgeCursor,
  type SeenHolder,
} from './requests.ts';
