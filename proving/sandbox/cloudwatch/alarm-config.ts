/** A metric alarm as its template describes it, checked as PutMetricAlarm checks it. */

import {
  type AlarmRule,
  type Comparison,
  COMPARISONS,
  MISSING_DATA,
  type MissingData,
} from '../../twin/cloudwatch/index.ts';
import { type AlarmMetric, readMetrics } from './alarm-metrics.ts';
import { flag, invalid, number, type Properties, readActions, text } from './properties.ts';

export interface AlarmActions {
  readonly enabled: boolean;
  readonly alarm: readonly string[];
  readonly ok: readonly string[];
  readonly insufficientData: readonly string[];
}

export interface MetricAlarmConfig {
  readonly kind: 'metric';
  readonly name: string;
  readonly arn: string;
  readonly description: string | null;
  readonly actions: AlarmActions;
  readonly rule: AlarmRule;
  /** As documented; the pace may evaluate it faster. */
  readonly periodS: number;
  /** Statistics first, then expressions, each after what it uses. */
  readonly metrics: readonly AlarmMetric[];
  /** Id of the entry whose result is compared. */
  readonly resultId: string;
  /** True where the template used `Metrics`. */
  readonly math: boolean;
}

const SPAN_S_MAX = 86_400;

/** @throws AwsError `InvalidParameterValue` naming the property */
export function readMetricAlarm(
  properties: Properties,
  given: { readonly name: string; readonly arn: string },
): MetricAlarmConfig {
  const metrics = readMetrics(properties);
  const periodS = metrics.periodS;
  const rule = readRule(properties);
  if (periodS * rule.evaluationPeriods > SPAN_S_MAX) {
    throw invalid(
      'EvaluationPeriods',
      rule.evaluationPeriods,
      'period times evaluation periods is at most a day',
    );
  }
  return {
    kind: 'metric',
    ...given,
    description: text(properties.AlarmDescription) ?? null,
    actions: readAlarmActions(properties),
    rule,
    periodS,
    metrics: metrics.entries,
    resultId: metrics.resultId,
    math: properties.Metrics !== undefined,
  };
}

export function readAlarmActions(properties: Properties): AlarmActions {
  return {
    enabled: flag(properties.ActionsEnabled, true),
    alarm: readActions('AlarmActions', properties.AlarmActions),
    ok: readActions('OKActions', properties.OKActions),
    insufficientData: readActions('InsufficientDataActions', properties.InsufficientDataActions),
  };
}

function readRule(properties: Properties): AlarmRule {
  const comparison = properties.ComparisonOperator as Comparison;
  if (!COMPARISONS.includes(comparison)) {
    throw invalid('ComparisonOperator', comparison, `one of ${COMPARISONS.join(', ')} is needed`);
  }
  const treatMissingData = (properties.TreatMissingData ?? 'missing') as MissingData;
  if (!MISSING_DATA.includes(treatMissingData)) {
    throw invalid('TreatMissingData', treatMissingData, `one of ${MISSING_DATA.join(', ')} is needed`);
  }
  const evaluationPeriods = number('EvaluationPeriods', properties.EvaluationPeriods);
  const datapointsToAlarm =
    properties.DatapointsToAlarm === undefined
      ? evaluationPeriods
      : number('DatapointsToAlarm', properties.DatapointsToAlarm);
  if (!Number.isInteger(evaluationPeriods) || evaluationPeriods < 1) {
    throw invalid('EvaluationPeriods', evaluationPeriods, 'a whole number from 1 is needed');
  }
  if (
    !Number.isInteger(datapointsToAlarm) ||
    datapointsToAlarm < 1 ||
    datapointsToAlarm > evaluationPeriods
  ) {
    throw invalid(
      'DatapointsToAlarm',
      datapointsToAlarm,
      `a whole number from 1 to ${evaluationPeriods} is needed`,
    );
  }
  const threshold = number('Threshold', properties.Threshold);
  return { comparison, threshold, treatMissingData, evaluationPeriods, datapointsToAlarm };
}
