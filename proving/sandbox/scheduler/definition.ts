/** Reads and checks the properties of AWS::Scheduler::Schedule. */

import { DEFAULT_RETRY_POLICY, type RetryPolicy } from '../../twin/events/index.ts';
import { parseRate } from '../../twin/scheduler/index.ts';
import { retryPolicyOf } from '../events/deliveries.ts';
import { AwsError, Properties, type ResourceRequest } from '../kernel/index.ts';
import { DEFAULT_GROUP } from './groups.ts';

export interface ScheduleDefinition {
  readonly group: string;
  readonly expression: string;
  readonly periodMs: number;
  /** Epoch ms; null where the schedule starts when it is made or enabled. */
  readonly startAt: number | null;
  readonly endAt: number | null;
  readonly enabled: boolean;
  readonly functionArn: string;
  readonly roleArn: string;
  readonly input: string | null;
  readonly policy: RetryPolicy;
  readonly deadLetterArn: string | null;
}

const KNOWN = [
  'Name',
  'GroupName',
  'Description',
  'ScheduleExpression',
  'ScheduleExpressionTimezone',
  'StartDate',
  'EndDate',
  'State',
  'FlexibleTimeWindow',
  'KmsKeyArn',
  'Target',
];

/** Throws AwsError `ValidationException`. */
export function scheduleDefinition(request: ResourceRequest): ScheduleDefinition {
  const properties = new Properties(request, request.properties);
  properties.only(KNOWN);
  const expression = properties.requiredText('ScheduleExpression');
  if (properties.object('FlexibleTimeWindow')?.text('Mode') !== 'OFF') {
    throw properties.fault('FlexibleTimeWindow', 'the sandbox enacts Mode OFF only');
  }
  return {
    group: properties.text('GroupName') ?? DEFAULT_GROUP,
    expression,
    periodMs: period(properties, expression),
    startAt: dateOf(properties, 'StartDate'),
    endAt: dateOf(properties, 'EndDate'),
    enabled: (properties.oneOf('State', ['ENABLED', 'DISABLED']) ?? 'ENABLED') === 'ENABLED',
    ...targetOf(properties),
  };
}

function period(properties: Properties, expression: string): number {
  try {
    return parseRate(expression);
  } catch (error) {
    throw properties.fault('ScheduleExpression', (error as Error).message);
  }
}

function dateOf(properties: Properties, name: string): number | null {
  const text = properties.text(name);
  if (text === undefined) return null;
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw properties.fault(name, 'must be a date such as 2026-11-22T11:00:00Z');
  return at;
}

function targetOf(properties: Properties) {
  const target = properties.object('Target');
  if (target === undefined) throw properties.fault('Target', 'is required');
  const onlyFunctions = 'the sandbox enacts functions as targets of schedules only';
  target.only(['Arn', 'RoleArn', 'Input', 'RetryPolicy', 'DeadLetterConfig'], {
    EcsParameters: onlyFunctions,
    EventBridgeParameters: onlyFunctions,
    KinesisParameters: onlyFunctions,
    SageMakerPipelineParameters: onlyFunctions,
    SqsParameters: onlyFunctions,
  });
  const functionArn = target.requiredText('Arn');
  if (!/^arn:[^:]+:lambda:[^:]+:\d+:function:/.test(functionArn)) throw target.fault('Arn', onlyFunctions);
  return {
    functionArn,
    roleArn: target.requiredText('RoleArn'),
    input: target.text('Input') ?? null,
    policy: retryPolicyOf(target, DEFAULT_RETRY_POLICY),
    deadLetterArn: target.object('DeadLetterConfig')?.text('Arn') ?? null,
  };
}

/** Throws AwsError `ValidationException` where the schedule could never invoke. */
export function requireFuture(definition: ScheduleDefinition, now: number): void {
  const { startAt, endAt } = definition;
  if (endAt !== null && endAt <= Math.max(now, startAt ?? now)) {
    throw new AwsError('ValidationException', 'The EndDate must lie after the StartDate and in the future.');
  }
}
