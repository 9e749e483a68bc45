/** Alarms in the shape of the API. */

import type { CompositeAlarm, MetricAlarm, MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { MetricAlarmConfig } from '../alarm-config.ts';
import type { AlarmRecord } from '../alarm-record.ts';
import type { CompositeAlarmConfig } from '../composite-config.ts';

function common(alarm: AlarmRecord) {
  const { config, state } = alarm;
  return {
    AlarmName: config.name,
    AlarmArn: config.arn,
    ...(config.description === null ? {} : { AlarmDescription: config.description }),
    AlarmConfigurationUpdatedTimestamp: new Date(alarm.configuredAt),
    ActionsEnabled: config.actions.enabled,
    OKActions: [...config.actions.ok],
    AlarmActions: [...config.actions.alarm],
    InsufficientDataActions: [...config.actions.insufficientData],
    StateValue: state.value,
    StateReason: state.reason,
    ...(state.reasonData === null ? {} : { StateReasonData: state.reasonData }),
    StateUpdatedTimestamp: new Date(state.at),
    StateTransitionedTimestamp: new Date(alarm.changedAt),
  };
}

export function metricAlarmView(alarm: AlarmRecord, config: MetricAlarmConfig): MetricAlarm {
  const { rule } = config;
  return {
    ...common(alarm),
    EvaluationPeriods: rule.evaluationPeriods,
    DatapointsToAlarm: rule.datapointsToAlarm,
    Threshold: rule.threshold,
    ComparisonOperator: rule.comparison,
    TreatMissingData: rule.treatMissingData,
    ...(config.math ? { Metrics: config.metrics.map((metric) => query(config, metric)) } : single(config)),
  };
}

function single(config: MetricAlarmConfig): Partial<MetricAlarm> {
  const [metric] = config.metrics;
  if (metric?.kind !== 'stat') return {};
  const { namespace, name, dimensions, statistic, unit } = metric.query;
  const extended = statistic.startsWith('p');
  return {
    Namespace: namespace,
    MetricName: name,
    Dimensions: apiDimensions(dimensions),
    Period: config.periodS,
    ...(unit === undefined ? {} : { Unit: unit as NonNullable<MetricAlarm['Unit']> }),
    ...(extended
      ? { ExtendedStatistic: statistic }
      : { Statistic: statistic as NonNullable<MetricAlarm['Statistic']> }),
  };
}

function query(config: MetricAlarmConfig, metric: MetricAlarmConfig['metrics'][number]): MetricDataQuery {
  const ReturnData = metric.id === config.resultId;
  if (metric.kind === 'expression') {
    return { Id: metric.id, Expression: metric.text, ReturnData, Period: config.periodS };
  }
  const { namespace, name, dimensions, statistic } = metric.query;
  return {
    Id: metric.id,
    ReturnData,
    MetricStat: {
      Metric: { Namespace: namespace, MetricName: name, Dimensions: apiDimensions(dimensions) },
      Period: config.periodS,
      Stat: statistic,
    },
  };
}

export function compositeAlarmView(alarm: AlarmRecord, config: CompositeAlarmConfig): CompositeAlarm {
  const { suppressor } = config;
  return {
    ...common(alarm),
    AlarmRule: config.ruleText,
    ...(suppressor && {
      ActionsSuppressor: suppressor.alarm,
      ActionsSuppressorWaitPeriod: suppressor.waitS,
      ActionsSuppressorExtensionPeriod: suppressor.extensionS,
    }),
    ...(alarm.suppressedBy !== null && {
      ActionsSuppressedBy: alarm.suppressedBy as NonNullable<CompositeAlarm['ActionsSuppressedBy']>,
      ActionsSuppressedReason: `Actions suppressed by ${alarm.suppressedBy}`,
    }),
  };
}

export function apiDimensions(
  dimensions: Readonly<Record<string, string>>,
): { Name: string; Value: string }[] {
  return Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
}
