/** The sentences CloudWatch gives as the reason of a state. */

import { type AlarmRule, type AlarmState, breaches, type Comparison, type DataPoint } from './types.ts';

export const INITIAL_REASON = 'Unchecked: Initial alarm creation';

export interface TimedPoint {
  /** Start of the period, epoch ms. */
  readonly at: number;
  readonly value: DataPoint;
}

const WORDS: Readonly<Record<Comparison, string>> = {
  GreaterThanThreshold: 'greater than the threshold',
  GreaterThanOrEqualToThreshold: 'greater than or equal to the threshold',
  LessThanThreshold: 'less than the threshold',
  LessThanOrEqualToThreshold: 'less than or equal to the threshold',
};

/** @param points the evaluation range, newest first */
export function stateReason(rule: AlarmRule, points: readonly TimedPoint[], state: AlarmState): string {
  const window = points.slice(0, rule.evaluationPeriods);
  const unknown = window.filter((point) => point.value === undefined).length;
  if (state === 'INSUFFICIENT_DATA' || unknown === window.length) return unknownReason(unknown, rule, state);
  const shown = state === 'ALARM' ? breachingPoints(rule, points) : healthyPoints(rule, points);
  const list = shown.map((point) => `${point.value} (${shortTime(point.at)})`).join(', ');
  const verb = state === 'ALARM' ? 'was' : 'was not';
  return (
    `Threshold Crossed: ${shown.length} out of the last ${rule.evaluationPeriods} datapoints [${list}] ` +
    `${verb} ${WORDS[rule.comparison]} (${rule.threshold}) ` +
    `(minimum ${rule.datapointsToAlarm} datapoint${rule.datapointsToAlarm === 1 ? '' : 's'} ` +
    `for ${state === 'ALARM' ? 'OK -> ALARM' : 'ALARM -> OK'} transition).`
  );
}

function unknownReason(unknown: number, rule: AlarmRule, state: AlarmState): string {
  const points = `${unknown} datapoint${unknown === 1 ? ' was' : 's were'} unknown`;
  if (state === 'INSUFFICIENT_DATA') return `Insufficient Data: ${points}.`;
  const treated = rule.treatMissingData === 'breaching' ? 'Breaching' : 'NonBreaching';
  return `Threshold Crossed: no datapoints were received for ${rule.evaluationPeriods} periods and ${unknown} missing datapoint${unknown === 1 ? ' was' : 's were'} treated as [${treated}].`;
}

function real(rule: AlarmRule, points: readonly TimedPoint[]): { at: number; value: number }[] {
  return points
    .flatMap((point) => (point.value === undefined ? [] : [{ at: point.at, value: point.value }]))
    .slice(0, rule.evaluationPeriods);
}

function breachingPoints(rule: AlarmRule, points: readonly TimedPoint[]): { at: number; value: number }[] {
  return real(rule, points).filter((point) => breaches(rule, point.value));
}

function healthyPoints(rule: AlarmRule, points: readonly TimedPoint[]): { at: number; value: number }[] {
  return real(rule, points).filter((point) => !breaches(rule, point.value));
}

/** `02/01/26 10:30:00`, as CloudWatch writes it. */
function shortTime(at: number): string {
  const iso = new Date(at).toISOString();
  return `${iso.slice(8, 10)}/${iso.slice(5, 7)}/${iso.slice(2, 4)} ${iso.slice(11, 19)}`;
}
