/** The data of a metric alarm, apart from its state: what a health check of Route 53 watches. */

import type { AlarmRule, DataPoint, MetricQuery, MetricStore } from '../../twin/cloudwatch/index.ts';
import type { World } from '../kernel/index.ts';
import type { AlarmConfig } from './alarm-record.ts';
import { pointsOf } from './evaluator.ts';

export interface AlarmData {
  readonly rule: AlarmRule;
  readonly periodS: number;
  /** Null for an alarm on an expression or on several metrics. */
  readonly metric: Omit<MetricQuery, 'periodMs'> | null;
  /** The evaluation range, newest first. The configuration stays that of the moment when it was asked for. */
  points(): readonly DataPoint[];
}

export function alarmData(
  world: World,
  store: MetricStore,
  config: AlarmConfig | undefined,
): AlarmData | undefined {
  if (config?.kind !== 'metric') return undefined;
  const [first] = config.metrics;
  return {
    rule: config.rule,
    periodS: config.periodS,
    metric: config.math || first?.kind !== 'stat' ? null : first.query,
    points: () => pointsOf(world, store, config, world.now()).map(({ value }) => value),
  };
}
