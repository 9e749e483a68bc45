/**
 * How a metric alarm gets its state from data points.
 *
 * Source: Amazon CloudWatch User Guide, "Configuring how CloudWatch alarms treat missing data", with its two
 * tables and "Avoiding premature transitions to alarm state". Where the guide leaves a case open, the comment
 * says what was chosen.
 */

import { type AlarmRule, type AlarmState, breaches, type DataPoint } from './types.ts';

/**
 * CloudWatch retrieves more points than it evaluates, so that late data is not taken for missing data. The guide
 * says "the exact number depends"; its examples retrieve 5 for 3.
 */
const EXTRA_POINTS = 2;

/** Points to retrieve for an alarm: its evaluation range. */
export function evaluationRange(evaluationPeriods: number): number {
  return evaluationPeriods + EXTRA_POINTS;
}

/**
 * The next state of an alarm.
 * @param points the evaluation range, newest first
 */
export function evaluateAlarm(
  rule: AlarmRule,
  points: readonly DataPoint[],
  current: AlarmState,
): AlarmState {
  const real = points.filter((point) => point !== undefined);
  const evaluated = real.slice(0, rule.evaluationPeriods);
  const breaching = evaluated.filter((value) => breaches(rule, value)).length;
  const filled = rule.evaluationPeriods - evaluated.length;
  if (filled <= 0 || breaching >= rule.datapointsToAlarm) return decided(rule, breaching);

  if (rule.treatMissingData === 'breaching') return decided(rule, breaching + filled);
  if (rule.treatMissingData === 'notBreaching') return decided(rule, breaching);
  if (breaching < evaluated.length) return 'OK';
  if (rule.treatMissingData === 'ignore') return current;
  if (evaluated.length === 0) return 'INSUFFICIENT_DATA';
  // All that is known breaches. The alarm waits until its oldest point is M periods old, so that one
  // intermittent point does not alarm. The guide does not name the state meanwhile: it is kept.
  return oldestAge(points) >= rule.datapointsToAlarm ? 'ALARM' : current;
}

function decided(rule: AlarmRule, breaching: number): AlarmState {
  return breaching >= rule.datapointsToAlarm ? 'ALARM' : 'OK';
}

/** Age of the oldest real point, counted in periods from 1 for the newest. */
function oldestAge(points: readonly DataPoint[]): number {
  return points.findLastIndex((point) => point !== undefined) + 1;
}
