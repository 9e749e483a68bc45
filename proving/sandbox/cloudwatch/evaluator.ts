/**
 * Gives alarms their states.
 *
 * Time: CloudWatch evaluates alarms with a period below a minute every ten seconds and all others every minute.
 * The pace scales periods and cadence alike: at `fast`, a period of 10 s is read as buckets of 1 s and one of 60 s
 * as buckets of 6 s. Reported values are not scaled, so a Sum over a period sees a tenth of what AWS would see.
 */

import {
  type AlarmState,
  evaluateAlarm,
  evaluateCompositeRule,
  evaluateExpression,
  evaluationRange,
  type MetricStore,
  stateReason,
  stepSuppression,
  type TimedPoint,
} from '../../twin/cloudwatch/index.ts';
import type { World } from '../kernel/index.ts';
import type { MetricAlarmConfig } from './alarm-config.ts';
import type { AlarmRecord, StateView } from './alarm-record.ts';
import type { CompositeAlarmConfig } from './composite-config.ts';
import { timestamp } from './payloads.ts';

/** CloudWatch's finest resolution. */
const BUCKET_MS_MIN = 1000;

/** The length of an alarm's period at this pace, in whole seconds. */
export function bucketMs(world: World, periodS: number): number {
  return Math.max(BUCKET_MS_MIN, Math.round(world.managed(periodS * 1000) / 1000) * 1000);
}

export function evaluateMetricAlarm(
  world: World,
  store: MetricStore,
  alarm: { readonly config: MetricAlarmConfig; readonly current: AlarmState },
  now: number,
): Omit<StateView, 'at'> {
  const { config, current } = alarm;
  const points = pointsOf(world, store, config, now);
  const value = evaluateAlarm(
    config.rule,
    points.map((point) => point.value),
    current,
  );
  return {
    value,
    reason: stateReason(config.rule, points, value),
    reasonData: reasonData(config, points, now),
  };
}

/** The evaluation range, newest first. */
export function pointsOf(
  world: World,
  store: MetricStore,
  config: MetricAlarmConfig,
  now: number,
): TimedPoint[] {
  const count = evaluationRange(config.rule.evaluationPeriods);
  const periodMs = bucketMs(world, config.periodS);
  const stats = config.metrics.flatMap((metric) => (metric.kind === 'stat' ? [metric] : []));
  const series = new Map(
    stats.map((metric) => [metric.id, store.latest({ ...metric.query, periodMs }, count, now).reverse()]),
  );
  const times = [...series.values()][0] ?? [];
  const values = new Map([...series].map(([id, points]) => [id, points.map((point) => point.value)]));
  const metrics = stats.map((metric) => metric.id);
  for (const metric of config.metrics) {
    if (metric.kind !== 'expression') continue;
    values.set(metric.id, evaluateExpression(metric.expression, { series: values, metrics, length: count }));
  }
  const result = values.get(config.resultId) ?? [];
  return times.map((point, index) => ({ at: point.at, value: result[index] })).reverse();
}

function reasonData(config: MetricAlarmConfig, points: readonly TimedPoint[], now: number): string {
  const window = points.slice(0, config.rule.evaluationPeriods);
  const [metric] = config.metrics;
  return JSON.stringify({
    version: '1.0',
    queryDate: timestamp(now),
    ...(metric?.kind === 'stat' && !config.math ? { statistic: metric.query.statistic } : {}),
    period: config.periodS,
    recentDatapoints: window
      .map((point) => point.value)
      .filter((value) => value !== undefined)
      .reverse(),
    threshold: config.rule.threshold,
    evaluatedDatapoints: window.map((point) => ({
      timestamp: timestamp(point.at),
      ...(point.value === undefined ? {} : { value: point.value }),
    })),
  });
}

export function evaluateCompositeAlarm(
  config: CompositeAlarmConfig,
  find: (alarm: string) => AlarmRecord | undefined,
): Omit<StateView, 'at'> {
  const inAlarm = evaluateCompositeRule(config.rule, (alarm) => find(alarm)?.state.value);
  const value = inAlarm ? 'ALARM' : 'OK';
  return { value, reason: `${config.ruleText} evaluates to ${inAlarm}`, reasonData: null };
}

/** Moves the suppression of a composite alarm on. @returns whether its actions are to run now */
export function stepActions(
  world: World,
  alarm: AlarmRecord,
  find: (alarm: string) => AlarmRecord | undefined,
  now: number,
): boolean {
  const { config } = alarm;
  const suppressor = config.kind === 'composite' ? config.suppressor : null;
  const rule = {
    waitMs: world.managed((suppressor?.waitS ?? 0) * 1000),
    extensionMs: world.managed((suppressor?.extensionS ?? 0) * 1000),
  };
  const seen = {
    state: alarm.state.value,
    suppressor: suppressor ? find(suppressor.alarm)?.state.value : undefined,
    now,
  };
  const step = stepSuppression(rule, alarm.suppression, seen);
  alarm.suppression = step.next;
  alarm.suppressedBy = step.suppressedBy;
  return step.act;
}
