/**
 * Which record sets of a name and type Route 53 answers with.
 *
 * Source: Route 53 Developer Guide, "How Amazon Route 53 chooses records when health checking is configured",
 * "Choosing a routing policy", "Active-active and active-passive failover". Whatever is unhealthy, the answer is never
 * empty while there is a record: where none is healthy, all count as healthy.
 */

import type { HostedRecordSet } from './record-set.ts';

/** A multivalue answer has at most so many records. */
export const MULTIVALUE_MAX = 8;

/**
 * @param sets all record sets of one name and type; of one routing policy, as Route 53 insists
 * @param draw a random number from 0 up to, not including, 1
 * @returns at least one, where there is one
 */
export function chooseRecords(
  sets: readonly HostedRecordSet[],
  isHealthy: (record: HostedRecordSet) => boolean,
  draw: () => number,
): readonly HostedRecordSet[] {
  const [first] = sets;
  if (first === undefined) return [];
  switch (first.routing.kind) {
    case 'failover':
      return failover(sets, isHealthy);
    case 'weighted':
      return weighted(sets, isHealthy, draw());
    case 'multivalue':
      return multivalue(sets, isHealthy, draw);
    default:
      return [first];
  }
}

/** The primary, unless it alone is unhealthy. A primary without a health signal never fails over. */
function failover(
  sets: readonly HostedRecordSet[],
  isHealthy: (record: HostedRecordSet) => boolean,
): readonly HostedRecordSet[] {
  const of = (wanted: 'PRIMARY' | 'SECONDARY') =>
    sets.find(({ routing }) => routing.kind === 'failover' && routing.role === wanted);
  const primary = of('PRIMARY');
  const secondary = of('SECONDARY');
  const chosen = [primary, secondary].find((record) => record !== undefined && isHealthy(record));
  const answered = chosen ?? primary ?? secondary;
  return answered === undefined ? [] : [answered];
}

/** Healthy ones with a weight, else healthy ones of weight 0, else all as if they were healthy. */
function weighted(
  sets: readonly HostedRecordSet[],
  isHealthy: (record: HostedRecordSet) => boolean,
  drawn: number,
): readonly HostedRecordSet[] {
  const weightOf = ({ routing }: HostedRecordSet) => (routing.kind === 'weighted' ? routing.weight : 0);
  const hasWeight = (record: HostedRecordSet) => weightOf(record) > 0;
  const healthy = sets.filter(isHealthy);
  const groups = [healthy.filter(hasWeight), healthy, sets.filter(hasWeight), sets];
  const group = groups.find(({ length }) => length > 0) ?? [];
  // Where all weights are 0, each has the same share.
  const weights = group.some(hasWeight) ? group.map(weightOf) : group.map(() => 1);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let left = drawn * total;
  for (const [index, record] of group.entries()) {
    left -= weights[index]!;
    if (left < 0) return [record];
  }
  return group.slice(-1);
}

/** Up to eight healthy ones, at random; of all, where none is healthy. */
function multivalue(
  sets: readonly HostedRecordSet[],
  isHealthy: (record: HostedRecordSet) => boolean,
  draw: () => number,
): readonly HostedRecordSet[] {
  const healthy = sets.filter(isHealthy);
  const drawn = (healthy.length > 0 ? healthy : sets).map((record) => ({ record, at: draw() }));
  return drawn
    .toSorted((one, other) => one.at - other.at)
    .slice(0, MULTIVALUE_MAX)
    .map(({ record }) => record);
}
