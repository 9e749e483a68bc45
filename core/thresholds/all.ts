import { DATABASE_THRESHOLDS } from './database.ts';
import type { ThresholdSpec } from './types.ts';

/** Every threshold of every tier. */
export const THRESHOLDS: readonly ThresholdSpec[] = [...DATABASE_THRESHOLDS];
