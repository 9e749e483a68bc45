import type { ThresholdSpec } from './types.ts';

/**
 * Thresholds of the web tier: how the targets of the balancers are probed, taken out and put back. The default of each
 * exists here and nowhere else.
 */
export const WEB_THRESHOLDS = [
  {
    tier: 'web',
    name: 'probe-interval-ms',
    unit: 'ms',
    default: 1000,
    min: 500,
    max: 10_000,
    integer: true,
    description: 'Time between two sweeps of a prober over the targets. Raising it slows every detection.',
  },
  {
    tier: 'web',
    name: 'probe-timeout-ms',
    unit: 'ms',
    default: 600,
    min: 50,
    max: 5000,
    integer: true,
    description: 'Time one probe of one target may take. Raising it tolerates slow targets for longer.',
  },
  {
    tier: 'web',
    name: 'unreachable-samples',
    unit: 'count',
    default: 2,
    min: 2,
    max: 10,
    integer: true,
    description:
      'Failed probes in a row before a prober calls a target unreachable; they follow each other at once. Raising it delays detection.',
  },
  {
    tier: 'web',
    name: 'healthy-samples',
    unit: 'count',
    default: 5,
    min: 2,
    max: 60,
    integer: true,
    description: 'Answered probes in a row before a prober clears its verdict. Raising it slows the return.',
  },
  {
    tier: 'web',
    name: 'observation-age-ms-max',
    unit: 'ms',
    default: 10_000,
    min: 4000,
    max: 60_000,
    integer: true,
    description:
      'Age above which an observation of the targets is no evidence (I-08). Raising it acts on older facts.',
  },
  {
    tier: 'web',
    name: 'panic-ratio',
    unit: 'ratio',
    default: 0.5,
    min: 0,
    max: 1,
    integer: false,
    description:
      'Healthy share of targets under which nothing more is deregistered (I-04). Raising it fails open sooner.',
  },
  {
    tier: 'web',
    name: 'panic-exit-ratio',
    unit: 'ratio',
    default: 0.6,
    min: 0,
    max: 1,
    integer: false,
    description: 'Healthy share of targets from which failing open ends. Must not be below panic-ratio.',
  },
  {
    tier: 'web',
    name: 'velocity-ratio',
    unit: 'ratio',
    default: 0.25,
    min: 0.05,
    max: 1,
    integer: false,
    description:
      'Share of targets, of all and of those of a zone, that may be deregistered in a window, at least one (I-05). Raising it takes out more at once.',
  },
  {
    tier: 'web',
    name: 'velocity-window-ms',
    unit: 'ms',
    default: 60_000,
    min: 10_000,
    max: 600_000,
    integer: true,
    description: 'Window of the velocity limit. Raising it deregisters more slowly.',
  },
  {
    tier: 'web',
    name: 'return-hold-ms',
    unit: 'ms',
    default: 10_000,
    min: 1000,
    max: 600_000,
    integer: true,
    description:
      'Time a deregistered target must look healthy before it is registered again. Raising it damps flapping.',
  },
  {
    tier: 'web',
    name: 'forget-ms',
    unit: 'ms',
    default: 600_000,
    min: 60_000,
    max: 86_400_000,
    integer: true,
    description:
      'Time after which a deregistered target that never answers is given up: its task is gone. Raising it probes longer.',
  },
] as const satisfies readonly ThresholdSpec[];

export type WebThreshold = (typeof WEB_THRESHOLDS)[number]['name'];
export type WebThresholds = Readonly<Record<WebThreshold, number>>;
