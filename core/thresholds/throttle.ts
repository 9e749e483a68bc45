import type { ThresholdSpec } from './types.ts';

/** Thresholds of the throttle. The default of each exists here and nowhere else. */
export const THROTTLE_THRESHOLDS = [
  {
    tier: 'throttle',
    name: 'report-ms',
    unit: 'ms',
    default: 10_000,
    min: 10_000,
    max: 60_000,
    integer: true,
    description:
      'Time between two reports of an instance, as its runtime is set. Raising it saves writes and follows demand more slowly.',
  },
  {
    tier: 'throttle',
    name: 'lease-ms',
    unit: 'ms',
    default: 30_000,
    min: 20_000,
    max: 300_000,
    integer: true,
    description:
      'How long a lease lasts. Raising it bridges longer failures, and lengthens learning after the table was lost.',
  },
  {
    tier: 'throttle',
    name: 'gone-after-ms',
    unit: 'ms',
    default: 45_000,
    min: 20_000,
    max: 600_000,
    integer: true,
    description:
      'Silence after which an instance is taken for gone and its share is given to others. Raising it wastes the share for longer.',
  },
] as const satisfies readonly ThresholdSpec[];

export type ThrottleThreshold = (typeof THROTTLE_THRESHOLDS)[number]['name'];
export type ThrottleThresholds = Readonly<Record<ThrottleThreshold, number>>;
