import type { MetricGroup, MetricValue } from '../../core/ports/index.ts';
import type { FrontMemory } from '../../core/state/front-items.ts';
import { DIMENSION } from '../shared/contract.ts';
import { METRIC } from './contract.ts';
import type { Recovered } from './recover.ts';

/** What a run tells: only what is wrong or was done, for a metric costs by the hours in which it is written. */
export function frontMetrics(
  env: string,
  { zone, item, targets }: Recovered,
  memory: FrontMemory,
): readonly MetricGroup[] {
  const flag = (holds: boolean): number => (holds ? 1 : 0);
  const shifted = new Set(item.shifted.map((one) => one.zone));
  const zones = zone.zones.filter(({ look, zone: name }) => look === 'gray' || shifted.has(name));
  const values: MetricValue[] = [
    { name: METRIC.targetsLow, value: flag(memory.failOpen), unit: 'Count' },
    { name: METRIC.recordDrifted, value: flag(memory.drift !== null), unit: 'Count' },
    { name: METRIC.decisions, value: targets.actions.length + flag(zone.action !== null), unit: 'Count' },
  ];
  const told = values.filter(({ value }) => value > 0);
  return [
    ...(told.length === 0 ? [] : [{ dimensions: { [DIMENSION.env]: env }, values: told }]),
    ...zones.map(({ zone: name, look }): MetricGroup => {
      return {
        dimensions: { [DIMENSION.env]: env, [DIMENSION.az]: name },
        values: [{ name: METRIC.zoneGray, value: flag(look === 'gray'), unit: 'Count' }],
      };
    }),
  ];
}

/** One value a minute, of standard resolution: a Route 53 health check reads no other. */
export function edgeMetric(env: string, { edge }: FrontMemory): MetricGroup {
  const value = edge.healthy ? 1 : 0;
  return {
    dimensions: { [DIMENSION.env]: env },
    values: [{ name: METRIC.edgeHealthy, value, unit: 'Count', resolution: 'standard' }],
  };
}
