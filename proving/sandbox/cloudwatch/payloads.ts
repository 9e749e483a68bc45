/** What an alarm sends to a function and to a topic, as AWS sends it. */

import type { World } from '../kernel/index.ts';
import type { MetricAlarmConfig } from './alarm-config.ts';
import type { AlarmRecord, StateView } from './alarm-record.ts';
import type { CompositeAlarmConfig } from './composite-config.ts';

/** Source: Amazon CloudWatch User Guide, "Invoke a Lambda function from an alarm", event object. */
export function functionPayload(world: World, alarm: AlarmRecord): Record<string, unknown> {
  const { config } = alarm;
  return {
    source: 'aws.cloudwatch',
    alarmArn: config.arn,
    accountId: world.accountId,
    time: timestamp(alarm.state.at),
    region: world.region,
    alarmData: {
      alarmName: config.name,
      state: stateOf(alarm.state),
      previousState: stateOf(alarm.previous),
      configuration: config.kind === 'metric' ? metricConfiguration(config) : compositeConfiguration(config),
    },
  };
}

function stateOf(state: StateView): Record<string, unknown> {
  return {
    value: state.value,
    reason: state.reason,
    ...(state.reasonData === null ? {} : { reasonData: state.reasonData }),
    timestamp: timestamp(state.at),
  };
}

function metricConfiguration(config: MetricAlarmConfig): Record<string, unknown> {
  return {
    ...(config.description === null ? {} : { description: config.description }),
    metrics: config.metrics.map((metric) => {
      const returnData = metric.id === config.resultId;
      if (metric.kind === 'expression') return { id: metric.id, expression: metric.text, returnData };
      const { namespace, name, dimensions, statistic, unit } = metric.query;
      return {
        id: metric.id,
        metricStat: {
          metric: { namespace, name, dimensions },
          period: config.periodS,
          stat: statistic,
          ...(unit === undefined ? {} : { unit }),
        },
        returnData,
      };
    }),
  };
}

function compositeConfiguration(config: CompositeAlarmConfig): Record<string, unknown> {
  return {
    ...(config.description === null ? {} : { description: config.description }),
    alarmRule: config.ruleText,
    ...(config.suppressor === null
      ? {}
      : {
          actionsSuppressor: config.suppressor.alarm,
          actionsSuppressorWaitPeriod: config.suppressor.waitS,
          actionsSuppressorExtensionPeriod: config.suppressor.extensionS,
        }),
  };
}

export function topicMessage(world: World, alarm: AlarmRecord): { subject: string; body: string } {
  const { config, state, previous } = alarm;
  const body = {
    AlarmName: config.name,
    AlarmDescription: config.description,
    AWSAccountId: world.accountId,
    NewStateValue: state.value,
    NewStateReason: state.reason,
    StateChangeTime: timestamp(state.at),
    Region: world.region,
    AlarmArn: config.arn,
    OldStateValue: previous.value,
    OKActions: config.actions.ok,
    AlarmActions: config.actions.alarm,
    InsufficientDataActions: config.actions.insufficientData,
    ...(config.kind === 'metric' ? { Trigger: trigger(config) } : { AlarmRule: config.ruleText }),
  };
  return { subject: `${state.value}: "${config.name}" in ${world.region}`, body: JSON.stringify(body) };
}

function trigger(config: MetricAlarmConfig): Record<string, unknown> {
  const { rule } = config;
  const common = {
    Period: config.periodS,
    EvaluationPeriods: rule.evaluationPeriods,
    DatapointsToAlarm: rule.datapointsToAlarm,
    ComparisonOperator: rule.comparison,
    Threshold: rule.threshold,
    TreatMissingData: rule.treatMissingData,
  };
  const [metric] = config.metrics;
  if (config.math || metric?.kind !== 'stat') return common;
  const { namespace, name, dimensions, statistic } = metric.query;
  return {
    MetricName: name,
    Namespace: namespace,
    StatisticType: 'Statistic',
    Statistic: statistic.toUpperCase(),
    Unit: metric.query.unit ?? null,
    Dimensions: Object.entries(dimensions).map(([dimension, value]) => ({ name: dimension, value })),
    ...common,
  };
}

/** `2026-01-01T00:00:00.000+0000`. */
export function timestamp(at: number): string {
  return new Date(at).toISOString().replace('Z', '+0000');
}
