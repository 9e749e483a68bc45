import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type IdentityPart, createIdentity } from '../../../../proving/sandbox/identity/index.ts';
import { AwsError, type Part, type World } from '../../../../proving/sandbox/kernel/index.ts';
import { type QueuesPart, createQueues } from '../../../../proving/sandbox/queues/index.ts';
import { createScheduler } from '../../../../proving/sandbox/scheduler/index.ts';
import {
  change,
  create,
  policy,
  providerOf,
  recordedFunctions,
  recordedMetrics,
  resource,
} from '../events/doubles.ts';
import { testWorld } from '../wire/world.ts';

const TYPE = 'AWS::Scheduler::Schedule';
const FUNCTION = 'arn:aws:lambda:us-east-1:123456789012:function:reconcile';
const QUEUE = 'arn:aws:sqs:us-east-1:123456789012:dead';
const NOW = Date.UTC(2026, 10, 22, 11);

let world: World & { readonly logged: string[] };
let functions: ReturnType<typeof recordedFunctions>;
let identity: IdentityPart;
let queues: QueuesPart;
let scheduler: Part;
let roleArn: string;

beforeEach(async () => {
  vi.useFakeTimers({ now: NOW });
  world = testWorld();
  functions = recordedFunctions();
  identity = createIdentity(world);
  queues = createQueues(world, { metrics: recordedMetrics() });
  scheduler = createScheduler(world, { functions, identity, queues });
  await create(queues, 'AWS::SQS::Queue', { QueueName: 'dead' });
  roleArn = await role('invoker', FUNCTION);
});

afterEach(async () => {
  await scheduler.stop?.();
  vi.useRealTimers();
});

async function role(
  RoleName: string,
  functionArn: string,
  service = 'scheduler.amazonaws.com',
): Promise<string> {
  const made = await create(identity, 'AWS::IAM::Role', {
    RoleName,
    AssumeRolePolicyDocument: policy({
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: { Service: service },
      Condition: {
        StringEquals: { 'aws:SourceAccount': '123456789012' },
        ArnLike: { 'aws:SourceArn': 'arn:aws:scheduler:us-east-1:123456789012:schedule-group/*' },
      },
    }),
    Policies: [
      {
        PolicyName: 'invoke',
        PolicyDocument: policy(
          { Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: functionArn },
          { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: QUEUE },
        ),
      },
    ],
  });
  return String(made.attributes['Arn']);
}

const properties = (over: Record<string, unknown> = {}, target: Record<string, unknown> = {}) => ({
  Name: 'sweep',
  ScheduleExpression: 'rate(1 minute)',
  FlexibleTimeWindow: { Mode: 'OFF' },
  Target: { Arn: FUNCTION, RoleArn: roleArn, Input: '{"sweep":true}', ...target },
  ...over,
});
const minutes = (count: number): number => count * 60_000;

describe('a schedule', () => {
  it('invokes at once and then every period, whatever the pace', async () => {
    expect(await create(scheduler, TYPE, properties())).toEqual({
      physicalId: 'sweep',
      attributes: { Arn: 'arn:aws:scheduler:us-east-1:123456789012:schedule/default/sweep' },
    });
    vi.advanceTimersByTime(1);
    expect(functions.calls).toEqual([
      { functionArn: FUNCTION, payload: { sweep: true }, source: { service: null, sourceArn: null } },
    ]);
    vi.advanceTimersByTime(minutes(3));
    expect(functions.calls).toHaveLength(4);
  });

  it('waits for its start and ends at its end', async () => {
    const at = (ms: number): string => new Date(NOW + ms).toISOString();
    await create(scheduler, TYPE, properties({ StartDate: at(minutes(2)), EndDate: at(minutes(4)) }));
    vi.advanceTimersByTime(minutes(2) - 1);
    expect(functions.calls).toHaveLength(0);
    vi.advanceTimersByTime(minutes(10));
    expect(functions.calls).toHaveLength(3);
  });

  it('fills the context attributes in, and sends an event where it has no input', async () => {
    const Input = '{"at":"<aws.scheduler.scheduled-time>","try":<aws.scheduler.attempt-number>}';
    await create(scheduler, TYPE, properties({}, { Input }));
    await create(scheduler, TYPE, properties({ Name: 'bare' }, { Input: undefined }));
    vi.advanceTimersByTime(1);
    expect(functions.calls.map(({ payload }) => payload)).toMatchObject([
      { at: '2026-11-22T11:00:00Z', try: 1 },
      { source: 'aws.scheduler', 'detail-type': 'Scheduled Event', detail: '{}' },
    ]);
  });

  it('invokes nothing where its role may not, and the denial is on record', async () => {
    const other = await role('other', `${FUNCTION}-2`);
    await create(scheduler, TYPE, properties({}, { RoleArn: other, DeadLetterConfig: { Arn: QUEUE } }));
    vi.advanceTimersByTime(1);
    expect(functions.calls).toEqual([]);
    expect(identity.denials).toMatchObject([{ action: 'lambda:InvokeFunction', resource: FUNCTION }]);
    expect(world.logged.join('\n')).toContain('scheduler: delivery failed');
    expect(queues.messages('dead')).toMatchObject([
      { body: '{"sweep":true}', attributes: { ERROR_CODE: 'NO_PERMISSIONS' } },
    ]);
  });

  it('retries a refused invocation as its policy says', async () => {
    const RetryPolicy = { MaximumRetryAttempts: 1, MaximumEventAgeInSeconds: 60 };
    await create(scheduler, TYPE, properties({}, { RetryPolicy }));
    functions.failures = [new AwsError('TooManyRequestsException', 'busy')];
    vi.advanceTimersByTime(30_000);
    expect(functions.calls).toHaveLength(1);
  });

  it('keeps its rhythm when only the target changes, and stops when disabled or deleted', async () => {
    const provider = providerOf(scheduler, TYPE);
    const request = resource(TYPE, properties());
    const { physicalId } = await provider.create(request);
    vi.advanceTimersByTime(30_000);
    await provider.update(change(request, physicalId, properties({}, { Input: '{"n":2}' })));
    vi.advanceTimersByTime(29_999);
    expect(functions.calls).toHaveLength(1);
    vi.advanceTimersByTime(2);
    expect(functions.calls.map(({ payload }) => payload)).toEqual([{ sweep: true }, { n: 2 }]);
    await provider.update(change(request, physicalId, properties({ State: 'DISABLED' })));
    vi.advanceTimersByTime(minutes(5));
    expect(functions.calls).toHaveLength(2);
    await provider.update(change(request, physicalId, properties()));
    vi.advanceTimersByTime(1);
    expect(functions.calls).toHaveLength(3);
    await provider.delete({ ...request, physicalId });
    vi.advanceTimersByTime(minutes(5));
    expect(functions.calls).toHaveLength(3);
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>, RegExp]>([
    ['cron', { ScheduleExpression: 'cron(0 12 * * ? *)' }, {}, /enacts rate\(...\) only/],
    ['a flexible window', { FlexibleTimeWindow: { Mode: 'FLEXIBLE' } }, {}, /Mode OFF only/],
    ['another target', {}, { Arn: QUEUE }, /functions as targets of schedules only/],
    ['no role', {}, { RoleArn: undefined }, /Target.RoleArn = nothing: is required/],
    ['an end in the past', { EndDate: '2020-01-01T00:00:00Z' }, {}, /EndDate must lie after/],
    ['an unknown group', { GroupName: 'night' }, {}, /Schedule group night does not exist/],
    ['a wrong policy', {}, { RetryPolicy: { MaximumEventAgeInSeconds: 5 } }, /from 60 to 86400/],
  ])('is refused with %s', async (_, over, target, message) => {
    await expect(create(scheduler, TYPE, properties(over, target))).rejects.toThrow(message);
    vi.advanceTimersByTime(minutes(5));
    expect(functions.calls).toEqual([]);
  });

  it('is refused with a role that does not trust the scheduler', async () => {
    const RoleArn = await role('lambda-only', FUNCTION, 'lambda.amazonaws.com');
    await expect(create(scheduler, TYPE, properties({}, { RoleArn }))).rejects.toThrow(
      /cannot be assumed by scheduler.amazonaws.com/,
    );
  });

  it('is assumed for its group, as a trust policy may ask', async () => {
    const asked: unknown[] = [];
    const strict = { ...identity, checkAssumableBy: (...question: unknown[]) => void asked.push(question) };
    const other = createScheduler(world, { functions, identity: strict, queues });
    await create(other, TYPE, properties());
    await other.stop?.();
    expect(asked).toEqual([
      [roleArn, 'scheduler.amazonaws.com', 'arn:aws:scheduler:us-east-1:123456789012:schedule-group/default'],
    ]);
  });

  it('lives in a group that exists', async () => {
    const group = await create(scheduler, 'AWS::Scheduler::ScheduleGroup', { Name: 'night' });
    expect(group).toMatchObject({ physicalId: 'night', attributes: { State: 'ACTIVE' } });
    const made = await create(scheduler, TYPE, properties({ GroupName: 'night' }));
    expect(made.attributes['Arn']).toBe('arn:aws:scheduler:us-east-1:123456789012:schedule/night/sweep');
  });
});
