/** Facts about functions, schedules, items and parameters. Numbers: facts.ts. */

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import * as SSM from '@aws-sdk/client-ssm';
import { createDynamoDb } from '../../proving/sandbox/dynamodb/index.ts';
import type { StreamRecord } from '../../proving/sandbox/kernel/index.ts';
import { createSsm } from '../../proving/sandbox/services/ssm/index.ts';
import {
  acceptAsync,
  afterAttempt,
  DEFAULT_ASYNC_POLICY,
  isTooOld,
  mayInvoke,
} from '../../proving/twin/lambda/index.ts';
import { nextInvocation } from '../../proving/twin/scheduler/index.ts';
import { STATE_TABLE } from '../proving/sandbox/dynamodb/template.ts';
import { call, create } from '../proving/sandbox/events/doubles.ts';
import { failure, openStage, type Stage } from '../proving/sandbox/services/stage.ts';
import { testWorld } from '../proving/sandbox/wire/world.ts';

describe('an asynchronous invocation', () => {
  test('promised: two retries, after one and after two minutes, and no event older than six hours', () => {
    const first = afterAttempt(DEFAULT_ASYNC_POLICY, acceptAsync(0), 'function-error', 1_000);
    expect(first).toMatchObject({ kind: 'retry', at: 61_000 });
    const second = afterAttempt(DEFAULT_ASYNC_POLICY, (first as any).event, 'function-error', 62_000);
    expect(second).toMatchObject({ kind: 'retry', at: 182_000 });
    expect(afterAttempt(DEFAULT_ASYNC_POLICY, (second as any).event, 'function-error', 183_000)).toEqual({
      kind: 'give-up',
      condition: 'RetriesExhausted',
    });
    expect(isTooOld(DEFAULT_ASYNC_POLICY, acceptAsync(0), 6 * 3_600_000)).toBe(false);
    expect(isTooOld(DEFAULT_ASYNC_POLICY, acceptAsync(0), 6 * 3_600_000 + 1)).toBe(true);
  });

  test('promised: a schedule has a resolution of one minute, and does not drift', () => {
    const every = { periodMs: 60_000, startAt: 0, endAt: null };
    expect([0, 60_000, 61_500, 119_999].map((after) => nextInvocation(every, after))).toEqual([
      60_000, 120_000, 120_000, 120_000,
    ]);
  });
});

describe('the permission of an alarm', () => {
  const grant = {
    action: 'lambda:InvokeFunction',
    principal: 'lambda.alarms.cloudwatch.amazonaws.com',
    sourceArn: 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:understudy-demo-*',
    sourceAccount: '123456789012',
  };
  const rings = (alarm: string, account = '123456789012') =>
    mayInvoke([grant], {
      service: grant.principal,
      sourceArn: `arn:aws:cloudwatch:eu-west-1:${account}:alarm:${alarm}`,
      sourceAccount: account,
    });

  test('fact 42: one grant by account and name prefix covers every alarm of the environment, and no other', () => {
    expect(rings('understudy-demo-member-down')).toBe(true);
    expect(rings('understudy-demo-prober-blind-us-east-1a')).toBe(true);
    expect(rings('understudy-prod-member-down')).toBe(false);
    expect(rings('understudy-demo-member-down', '999999999999')).toBe(false);
  });
});

describe('an item', () => {
  const S = (text: string) => ({ S: text });
  const item = (pk: string, n: number) => ({ pk: S(pk), sk: S('s'), n: { N: String(n) } });

  async function table() {
    const part = createDynamoDb(testWorld());
    const { attributes } = await create(part, 'AWS::DynamoDB::Table', STATE_TABLE);
    const run = (operation: string, input: object) => call(part, operation, { TableName: 'state', ...input });
    return { part, run, streamArn: String(attributes['StreamArn']) };
  }

  test('fact 29: of many conditional puts of one lock, one wins; a fence that is behind is refused', async () => {
    const { run } = await table();
    const takes = Array.from({ length: 8 }, (_, n) =>
      run('PutItem', { Item: item('lock', n), ConditionExpression: 'attribute_not_exists(pk)' }),
    );
    const outcomes = await Promise.allSettled(takes);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason.code).toBe('ConditionalCheckFailedException');
    }
    const advance = (n: number) =>
      run('PutItem', {
        Item: item('fence', n),
        ConditionExpression: 'attribute_not_exists(pk) OR n < :n',
        ExpressionAttributeValues: { ':n': { N: String(n) } },
      });
    await advance(2);
    await expect(advance(1)).rejects.toMatchObject({ code: 'ConditionalCheckFailedException' });
    await expect(advance(3)).resolves.toBeDefined();
  });

  test('fact 29: a write that comes twice is done once under its condition, and the stream keeps the order of a key', async () => {
    const { part, run, streamArn } = await table();
    const records: StreamRecord[] = [];
    part.subscribe(streamArn, (record) => void records.push(record));
    for (let n = 1; n <= 20; n += 1) await run('PutItem', { Item: item(n % 2 ? 'odd' : 'even', n) });
    // The same item again changes nothing, so nothing is told.
    await run('PutItem', { Item: item('even', 20) });
    await vi.waitFor(() => expect(records).toHaveLength(20));
    const of = (key: string) =>
      records
        .filter(({ dynamodb }) => (dynamodb.Keys as any).pk.S === key)
        .map(({ dynamodb }) => Number((dynamodb.NewImage as any).n.N));
    expect(of('odd')).toEqual([1, 3, 5, 7, 9, 11, 13, 15, 17, 19]);
    expect(of('even')).toEqual([2, 4, 6, 8, 10, 12, 14, 16, 18, 20]);
    const sequence = records.map(({ dynamodb }) => dynamodb.SequenceNumber);
    expect(sequence).toEqual(sequence.toSorted());
  });
});

describe('a parameter', () => {
  let stage: Stage<ReturnType<typeof createSsm>>;
  let ssm: SSM.SSMClient;
  beforeEach(async () => {
    stage = await openStage((world) => createSsm(world, { bus: { publish: () => undefined } }));
    ssm = new SSM.SSMClient(stage.operator);
  });
  afterEach(async () => {
    ssm.destroy();
    await stage.stop();
  });
  const put = (Name: string, Value: string, Overwrite = false) =>
    ssm.send(new SSM.PutParameterCommand({ Name, Value, Type: 'String', Overwrite }));

  test('fact 31: a path comes in pages of ten at most, and all of them come by the token', async () => {
    const names = Array.from({ length: 23 }, (_, n) => `/demo/p${String(n).padStart(2, '0')}`);
    for (const name of names) await put(name, 'x');
    const pages: number[] = [];
    const found: string[] = [];
    for await (const { Parameters = [] } of SSM.paginateGetParametersByPath(
      { client: ssm },
      { Path: '/demo', Recursive: true },
    )) {
      pages.push(Parameters.length);
      found.push(...Parameters.map(({ Name }) => Name!));
    }
    expect(pages.length).toBeGreaterThan(2);
    expect(Math.max(...pages)).toBeLessThanOrEqual(10);
    expect(found.sort()).toEqual(names);
  });

  test('fact 31: PutParameter knows no expected version: of two writers the last one wins, unseen', async () => {
    await put('/demo/a', 'first');
    expect(await failure(put('/demo/a', 'second'))).toBeInstanceOf(SSM.ParameterAlreadyExists);
    expect(await put('/demo/a', 'mine', true)).toMatchObject({ Version: 2 });
    expect(await put('/demo/a', 'yours', true)).toMatchObject({ Version: 3 });
    const { Parameter } = await ssm.send(new SSM.GetParameterCommand({ Name: '/demo/a' }));
    expect(Parameter).toMatchObject({ Value: 'yours', Version: 3 });
  });
});
