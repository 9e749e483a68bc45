import type { ThresholdSpec } from './types.ts';

/**
 * Thresholds of the cache tier. The default of each exists here and nowhere else. The probers' rhythm and the age of
 * evidence are those of the database tier: one prober looks at both.
 */
export const CACHE_THRESHOLDS = [
  {
    tier: 'cache',
    name: 'probe-timeout-ms',
    unit: 'ms',
    default: 900,
    min: 50,
    max: 5000,
    integer: true,
    description: 'Time one probe of one shard may take. Raising it tolerates slow shards for longer.',
  },
  {
    tier: 'cache',
    name: 'unreachable-samples',
    unit: 'count',
    default: 3,
    min: 2,
    max: 10,
    integer: true,
    description:
      'Consecutive failed probes before a prober calls a shard unreachable. Raising it delays detection.',
  },
  {
    tier: 'cache',
    name: 'healthy-samples',
    unit: 'count',
    default: 5,
    min: 2,
    max: 60,
    integer: true,
    description:
      'Consecutive answered probes before a prober clears its verdict. Raising it slows the return.',
  },
  {
    tier: 'cache',
    name: 'quarantined-ms',
    unit: 'ms',
    default: 60_000,
    min: 5000,
    max: 3_600_000,
    integer: true,
    description: 'Time a shard may serve no hits before it is reported. Raising it reports later.',
  },
  {
    tier: 'cache',
    name: 'reboot-after-ms',
    unit: 'ms',
    default: 120_000,
    min: 10_000,
    max: 3_600_000,
    integer: true,
    description:
      'Time most zones must fail to reach a node that AWS calls available before it is rebooted. Raising it gives AWS longer.',
  },
  {
    tier: 'cache',
    name: 'reboot-window-ms',
    unit: 'ms',
    default: 1_800_000,
    min: 60_000,
    max: 86_400_000,
    integer: true,
    description:
      'The while over which reboots are counted; no node is rebooted twice in it. Raising it reboots less.',
  },
  {
    tier: 'cache',
    name: 'reboots-max',
    unit: 'count',
    default: 2,
    min: 0,
    max: 16,
    integer: true,
    description:
      'Reboots in one window, of all nodes together; 0 forbids them. Raising it heals and risks more.',
  },
] as const satisfies readonly ThresholdSpec[];

export type CacheThreshold = (typeof CACHE_THRESHOLDS)[number]['name'];
export type CacheThresholds = Readonly<Record<CacheThreshold, number>>;
