/** What the metric says of the public endpoint, from what it answered when asked from outside. */

import type { EdgeMemory, FrontMemory } from '../state/front-items.ts';
import type { EdgeThresholds } from '../thresholds/edge.ts';
import type { EdgeSample } from './types.ts';

/** Before the first answer it counts as healthy: missing data is no evidence (I-30). */
export const NO_EDGE_MEMORY: EdgeMemory = { healthy: true, since: null, good: 0, bad: 0 };

export const NO_FRONT_MEMORY: FrontMemory = {
  failOpen: false,
  zones: {},
  edge: NO_EDGE_MEMORY,
  drift: null,
  recordsReadAt: null,
};

/** Unhealthy after `edge-unreachable-samples` failures in a row, healthy after `edge-healthy-samples` answers. */
export function edgeHealth(
  before: EdgeMemory,
  samples: readonly EdgeSample[],
  thresholds: EdgeThresholds,
): EdgeMemory {
  return samples.reduce((memory, sample) => countEdge(memory, sample, thresholds), before);
}

function countEdge(memory: EdgeMemory, sample: EdgeSample, thresholds: EdgeThresholds): EdgeMemory {
  const answered = isAnswered(sample);
  const good = answered ? memory.good + 1 : 0;
  const bad = answered ? 0 : memory.bad + 1;
  const healthy = memory.healthy
    ? bad < thresholds['edge-unreachable-samples']
    : good >= thresholds['edge-healthy-samples'];
  const isNews = healthy !== memory.healthy || memory.since === null;
  return { healthy, since: isNews ? sample.at : memory.since, good, bad };
}

/** As Route 53's own checks count: a success or a redirect. */
export function isAnswered({ status }: EdgeSample): boolean {
  return status !== null && status >= 200 && status < 400;
}
