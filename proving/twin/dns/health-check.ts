/**
 * When a Route 53 health check is healthy.
 *
 * Source: Route 53 Developer Guide, "How Amazon Route 53 determines whether a health check is healthy" and "Values
 * that you specify when you create or update health checks"; API reference, HealthCheckConfig.
 */

import { type AlarmRule, type DataPoint, evaluateAlarm } from '../cloudwatch/index.ts';

/** "If more than 18 % of health checkers report that an endpoint is healthy, Route 53 considers it healthy." */
export const HEALTHY_SHARE = 0.18;
/** A checker connects within so long, and then has the answer's status within so long. */
export const CONNECT_MS_MAX = 4_000;
export const ANSWER_MS_MAX = 2_000;
/** A TCP check connects within so long. */
export const TCP_CONNECT_MS_MAX = 10_000;
/** Seconds between two requests of one checker. */
export const REQUEST_INTERVALS_S = [10, 30] as const;
export const FAILURE_THRESHOLD_DEFAULT = 3;

/** What one checker holds of an endpoint. */
export interface CheckerView {
  readonly isHealthy: boolean;
  /** Observations in a row that say otherwise. */
  readonly against: number;
}

/** A new check counts as healthy until there is data. */
export const NEW_CHECKER: CheckerView = { isHealthy: true, against: 0 };

/** The threshold holds in both directions: so many in a row turn a checker's mind. */
export function observed(view: CheckerView, succeeded: boolean, threshold: number): CheckerView {
  if (succeeded === view.isHealthy) return { isHealthy: view.isHealthy, against: 0 };
  const against = view.against + 1;
  return against >= threshold
    ? { isHealthy: !view.isHealthy, against: 0 }
    : { isHealthy: view.isHealthy, against };
}

export function endpointHealthy(checkers: readonly CheckerView[]): boolean {
  if (checkers.length === 0) return true;
  const healthy = checkers.filter(({ isHealthy }) => isHealthy).length;
  return healthy / checkers.length > HEALTHY_SHARE;
}

/** True when at least `threshold` children are healthy; 0 is always healthy, more than there are never. */
export function calculatedHealthy(children: readonly boolean[], threshold: number): boolean {
  return children.filter((isHealthy) => isHealthy).length >= threshold;
}

export const INSUFFICIENT_DATA_STATUSES = ['Healthy', 'Unhealthy', 'LastKnownStatus'] as const;
export type InsufficientDataStatus = (typeof INSUFFICIENT_DATA_STATUSES)[number];

/**
 * From the data of the alarm's metric. The state of the alarm itself plays no part, so SetAlarmState flips nothing, and
 * how it treats missing data is not among what Route 53 keeps of it (API, CloudWatchAlarmConfiguration): only
 * `InsufficientDataHealthStatus` says what no data means.
 * @param points the evaluation range, newest first
 * @param last the status before; true for a check that had no data yet
 */
export function metricHealthy(
  rule: AlarmRule,
  points: readonly DataPoint[],
  whenMissing: InsufficientDataStatus,
  last: boolean,
): boolean {
  const state = evaluateAlarm({ ...rule, treatMissingData: 'missing' }, points, last ? 'OK' : 'ALARM');
  if (state !== 'INSUFFICIENT_DATA') return state === 'OK';
  if (whenMissing === 'LastKnownStatus') return last;
  return whenMissing === 'Healthy';
}

export interface MonitoredAlarm {
  readonly periodS: number;
  readonly statistic: string;
  /** True for an alarm on an expression or on several metrics. */
  readonly isMath: boolean;
  readonly evaluationPeriods: number;
  readonly datapointsToAlarm: number;
}

const STATISTICS = ['Average', 'Minimum', 'Maximum', 'Sum', 'SampleCount'];
const PERIOD_S_MIN = 60;

/** Why Route 53 cannot read an alarm; null where it can. */
export function monitoringFault(alarm: MonitoredAlarm): string | null {
  if (alarm.isMath) return 'it uses metric math, which Route 53 health checks do not support';
  if (alarm.periodS < PERIOD_S_MIN) {
    return `its period is ${alarm.periodS} s: Route 53 health checks support no high-resolution metrics`;
  }
  if (!STATISTICS.includes(alarm.statistic)) {
    return `its statistic is ${alarm.statistic}: Route 53 health checks support ${STATISTICS.join(', ')}`;
  }
  if (alarm.datapointsToAlarm !== alarm.evaluationPeriods) {
    const { datapointsToAlarm: m, evaluationPeriods: n } = alarm;
    return `it alarms at ${m} of ${n} data points: Route 53 health checks support no M-out-of-N alarms`;
  }
  return null;
}

/** A disabled check is healthy, and `Inverted` turns that round too: the way to drain (API, `Disabled`). */
export function effectiveHealth(
  measured: boolean,
  settings: { readonly inverted: boolean; readonly disabled: boolean },
): boolean {
  return (settings.disabled || measured) !== settings.inverted;
}
