import { CACHE_THRESHOLDS } from './cache.ts';
import { DATABASE_THRESHOLDS } from './database.ts';
import { EDGE_THRESHOLDS } from './edge.ts';
import { THROTTLE_THRESHOLDS } from './throttle.ts';
import type { ThresholdSpec } from './types.ts';
import { WEB_THRESHOLDS } from './web.ts';

/** Every threshold of every tier. */
export const THRESHOLDS: readonly ThresholdSpec[] = [
  ...DATABASE_THRESHOLDS,
  ...CACHE_THRESHOLDS,
  ...THROTTLE_THRESHOLDS,
  ...WEB_THRESHOLDS,
  ...EDGE_THRESHOLDS,
];
