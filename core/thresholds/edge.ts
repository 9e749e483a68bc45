import type { ThresholdSpec } from './types.ts';

/**
 * Thresholds of the edge: when a zone is left and entered again, what the public name is called, and how patient the
 * repair of records is. The default of each exists here and nowhere else.
 */
export const EDGE_THRESHOLDS = [
  {
    tier: 'edge',
    name: 'zone-gray-ratio',
    unit: 'ratio',
    default: 0.5,
    min: 0.1,
    max: 1,
    integer: false,
    description:
      'Share of the targets of a zone that must fail, by probers of other zones, for the zone to be gray. Raising it waits for more of them.',
  },
  {
    tier: 'edge',
    name: 'zone-healthy-ratio',
    unit: 'ratio',
    default: 0.2,
    min: 0,
    max: 1,
    integer: false,
    description:
      'Share of the targets of a zone that may fail for it to be well, and the most that may fail elsewhere for a shift. Raising it shifts and returns more readily.',
  },
  {
    tier: 'edge',
    name: 'zone-gray-ms',
    unit: 'ms',
    default: 5000,
    min: 1000,
    max: 300_000,
    integer: true,
    description:
      'Time a zone must be gray before a shift leads away from it. Raising it tolerates a gray zone for longer.',
  },
  {
    tier: 'edge',
    name: 'zone-return-ms',
    unit: 'ms',
    default: 120_000,
    min: 10_000,
    max: 3_600_000,
    integer: true,
    description: 'Time a zone must be well before its shift is cancelled. Raising it damps flapping.',
  },
  {
    tier: 'edge',
    name: 'shift-ms',
    unit: 'ms',
    default: 7_200_000,
    min: 300_000,
    max: 86_400_000,
    integer: true,
    description:
      'How long a shift lasts unless it is renewed, in whole minutes. Raising it outlives a longer failure of the control plane.',
  },
  {
    tier: 'edge',
    name: 'shift-capacity-ratio',
    unit: 'ratio',
    default: 1,
    min: 0.5,
    max: 2,
    integer: false,
    description:
      'Share of the peak that the targets of the other zones must bear for a shift. Raising it demands more in reserve.',
  },
  {
    tier: 'edge',
    name: 'edge-timeout-ms',
    unit: 'ms',
    default: 3000,
    min: 200,
    max: 10_000,
    integer: true,
    description:
      'Time one request to the public endpoint may take. Raising it tolerates a slow edge for longer.',
  },
  {
    tier: 'edge',
    name: 'edge-unreachable-samples',
    unit: 'count',
    default: 2,
    min: 1,
    max: 10,
    integer: true,
    description:
      'Failed requests in a row before the edge is called unhealthy. Raising it delays the failover of the name.',
  },
  {
    tier: 'edge',
    name: 'edge-healthy-samples',
    unit: 'count',
    default: 3,
    min: 1,
    max: 20,
    integer: true,
    description:
      'Answered requests in a row before the edge is called healthy again. Raising it slows the return.',
  },
  {
    tier: 'edge',
    name: 'drift-hold-ms',
    unit: 'ms',
    default: 600_000,
    min: 60_000,
    max: 86_400_000,
    integer: true,
    description:
      'Time a drift of the records must stand before it is repaired: a deployment changes them too. Raising it waits longer.',
  },
  {
    tier: 'edge',
    name: 'repair-cooldown-ms',
    unit: 'ms',
    default: 3_600_000,
    min: 60_000,
    max: 86_400_000,
    integer: true,
    description:
      'Least time between two repairs of the records (I-10); an acknowledgement is the only bypass. Raising it repairs less often.',
  },
] as const satisfies readonly ThresholdSpec[];

export type EdgeThreshold = (typeof EDGE_THRESHOLDS)[number]['name'];
export type EdgeThresholds = Readonly<Record<EdgeThreshold, number>>;
