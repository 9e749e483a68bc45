import { ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { parameterRoot } from '../../core/naming.ts';
import { wakeKey } from '../../core/state/keys.ts';
import { BATCHING_WINDOW_S, STREAM_PARTITION_PREFIX } from '../../lambdas/throttle/contract.ts';
import { acknowledgeStreamList } from '../shared/acknowledgements.ts';
import type { ControlFunction } from '../shared/control-function.ts';
import { SendOnlyDeadLetters } from '../shared/dead-letters.ts';
import { serviceRole } from '../shared/service-role.ts';

/** An event older than this says nothing about now; it is EventBridge Scheduler's and Lambda's least. */
export const EVENT_AGE = Duration.seconds(60);
const STREAM_RETRIES = 3;
const STREAM_BATCH = 10;
/** All reports of one window share a run, however many processes there are. */
const DEMAND_BATCH = 1000;

/** Runs a function every minute, through a role that may invoke this function alone. */
export function everyMinute(scope: Construct, id: string, target: ControlFunction): scheduler.CfnSchedule {
  const stack = Stack.of(scope);
  const role = serviceRole(scope, `${id}Role`, {
    service: 'scheduler.amazonaws.com',
    description: `Invokes ${target.node.path} every minute, and nothing else.`,
    sourceArn: stack.formatArn({ service: 'scheduler', resource: 'schedule-group', resourceName: 'default' }),
  });
  const policy = new iam.Policy(scope, `${id}Invoke`, {
    roles: [role],
    statements: [
      new iam.PolicyStatement({
        actions: ['lambda:InvokeFunction'],
        resources: [target.function.functionArn],
      }),
    ],
  });
  const schedule = new scheduler.CfnSchedule(scope, id, {
    scheduleExpression: 'rate(1 minute)',
    flexibleTimeWindow: { mode: 'OFF' },
    target: {
      arn: target.function.functionArn,
      roleArn: role.roleArn,
      retryPolicy: { maximumEventAgeInSeconds: EVENT_AGE.toSeconds(), maximumRetryAttempts: 0 },
    },
  });
  schedule.node.addDependency(policy);
  return schedule;
}

/**
 * Wakes a controller by the state table's stream: when a prober's verdict changes, or when someone writes the
 * controller's wake item. The filter is Lambda's own, so other records cost nothing.
 */
export function onStateChange(
  controller: ControlFunction,
  name: string,
  table: dynamodb.ITable,
  deadLetterQueue: sqs.IQueue,
): void {
  onStream(controller, table, deadLetterQueue, {
    batchSize: STREAM_BATCH,
    patterns: [
      { NewImage: { kind: { S: ['observation'] }, changed: { BOOL: [true] } } },
      { Keys: { pk: { S: [wakeKey(name).pk] } } },
    ],
  });
}

/**
 * Wakes the function that divides capacity when processes report demand, at most once a batching window. What it
 * writes itself passes no filter, so it never wakes itself.
 */
export function onDemand(
  throttle: ControlFunction,
  table: dynamodb.ITable,
  deadLetterQueue: sqs.IQueue,
): void {
  onStream(throttle, table, deadLetterQueue, {
    batchSize: DEMAND_BATCH,
    maxBatchingWindow: Duration.seconds(BATCHING_WINDOW_S),
    patterns: [{ Keys: { pk: { S: lambda.FilterRule.beginsWith(STREAM_PARTITION_PREFIX) } } }],
  });
}

/**
 * Wakes dns-failover by the front table's stream, when a prober's verdict of a target changes. What the function writes
 * itself passes no filter, so it never wakes itself.
 */
export function onTargetChange(
  controller: ControlFunction,
  table: dynamodb.ITable,
  deadLetterQueue: sqs.IQueue,
): void {
  onStream(controller, table, deadLetterQueue, {
    batchSize: STREAM_BATCH,
    patterns: [{ NewImage: { kind: { S: ['target-observation'] }, changed: { BOOL: [true] } } }],
  });
}

interface StreamTrigger {
  readonly batchSize: number;
  /** @default - a batch is delivered at once */
  readonly maxBatchingWindow?: Duration;
  /** A record that is put and matches one of them is delivered. */
  readonly patterns: readonly Readonly<Record<string, unknown>>[];
}

function onStream(
  target: ControlFunction,
  table: dynamodb.ITable,
  deadLetterQueue: sqs.IQueue,
  { patterns, ...batch }: StreamTrigger,
): void {
  target.function.addEventSource(
    new DynamoEventSource(table, {
      ...batch,
      startingPosition: lambda.StartingPosition.LATEST,
      bisectBatchOnError: true,
      maxRecordAge: EVENT_AGE,
      retryAttempts: STREAM_RETRIES,
      onFailure: new SendOnlyDeadLetters(deadLetterQueue),
      filters: patterns.map((pattern) =>
        lambda.FilterCriteria.filter({ eventName: ['INSERT', 'MODIFY'], dynamodb: pattern }),
      ),
    }),
  );
  acknowledgeStreamList(target.role);
}

/** Runs a function when a task of the cluster has started or ended. */
export function onTaskChange(
  scope: Construct,
  id: string,
  options: { readonly cluster: ecs.ICluster; readonly target: ControlFunction },
): events.Rule {
  return new events.Rule(scope, id, {
    description: 'Tells dns-failover of tasks that have started or ended.',
    eventPattern: {
      source: ['aws.ecs'],
      detailType: ['ECS Task State Change'],
      detail: { clusterArn: [options.cluster.clusterArn], lastStatus: ['RUNNING', 'STOPPED'] },
    },
    targets: [
      // What is lost here is found by the next run of the minute.
      new targets.LambdaFunction(options.target.function, { maxEventAge: EVENT_AGE, retryAttempts: 2 }),
    ],
  });
}

/** Runs a function when a parameter of the environment changes, whoever changed it. */
export function onParameterChange(
  scope: Construct,
  id: string,
  options: {
    readonly environmentName: string;
    readonly target: ControlFunction;
  },
): events.Rule {
  const root = parameterRoot(options.environmentName);
  return new events.Rule(scope, id, {
    description: `Copies thresholds of ${options.environmentName} into force when a parameter changes.`,
    eventPattern: {
      source: ['aws.ssm'],
      detailType: ['Parameter Store Change'],
      detail: { name: events.Match.anyOf(events.Match.prefix(`${root}/`)) },
    },
    targets: [
      new targets.LambdaFunction(options.target.function, {
        // What is lost here is found by the next run of the minute.
        maxEventAge: EVENT_AGE,
        retryAttempts: 2,
      }),
    ],
  });
}

/**
 * Lets every alarm of the environment invoke a function, by one permission: one an alarm would pass the size
 * limit of the function's policy at about fifty.
 */
export function allowAlarms(target: ControlFunction, alarmNamePrefix: string): void {
  const stack = Stack.of(target);
  target.function.addPermission('Alarms', {
    principal: new iam.ServicePrincipal('lambda.alarms.cloudwatch.amazonaws.com'),
    sourceAccount: stack.account,
    sourceArn: alarmArnPattern(stack, alarmNamePrefix),
  });
}

/** The ARNs of all alarms whose names begin so. */
export function alarmArnPattern(stack: Stack, alarmNamePrefix: string): string {
  return stack.formatArn({
    service: 'cloudwatch',
    resource: 'alarm',
    resourceName: `${alarmNamePrefix}*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}
