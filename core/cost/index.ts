export { estimateCache, estimateCacheControl, type CacheControlInput, type CacheCostInput } from './cache.ts';
export { estimateControlPlane, type ControlPlaneInput } from './control-plane.ts';
export { estimateDatabase, type DatabaseInput } from './database.ts';
export { estimateEdgeRules, type EdgeRulesCostInput } from './edge-rules.ts';
export { estimateThrottle, usdOfFurtherInstance, type ThrottleCostInput } from './throttle.ts';
export type * from './types.ts';
export { USAGE } from './usage.ts';
