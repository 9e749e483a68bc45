import { beforeEach, describe, expect, it } from 'vitest';
import { type DynamoDb, createDynamoDb } from '../../../../proving/sandbox/dynamodb/index.ts';
import type { StreamRecord } from '../../../../proving/sandbox/kernel/index.ts';
import { call, create } from '../events/doubles.ts';
import { testWorld } from '../wire/world.ts';
import { STATE_TABLE } from './template.ts';

const S = (text: string): { S: string } => ({ S: text });
const N = (value: number): { N: string } => ({ N: String(value) });
const key = (pk: string, sk = 's') => ({ pk: S(pk), sk: S(sk) });

let part: DynamoDb;
let streamArn: string;

beforeEach(async () => {
  part = createDynamoDb(testWorld());
  const { attributes } = await create(part, 'AWS::DynamoDB::Table', STATE_TABLE);
  streamArn = String(attributes['StreamArn']);
});

const run = (operation: string, input: Record<string, unknown>): Promise<any> =>
  call(part, operation, { TableName: 'state', ...input });

describe('DynamoDB', () => {
  it('fences a lease: the second holder is refused and shown the first', async () => {
    const take = (holder: string): Promise<unknown> =>
      run('PutItem', {
        Item: { ...key('lease'), holder: S(holder) },
        ConditionExpression: 'attribute_not_exists(pk)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
    await take('a');
    await expect(take('b')).rejects.toMatchObject({
      code: 'ConditionalCheckFailedException',
      fields: { Item: { holder: S('a') } },
    });
    expect(await run('GetItem', { Key: key('lease') })).toEqual({
      Item: { ...key('lease'), holder: S('a') },
    });
  });

  it('writes and reads in batches, and refuses repeats', async () => {
    const puts = ['1', '2', '3'].map((sk) => ({ PutRequest: { Item: key('p', sk) } }));
    await call(part, 'BatchWriteItem', { RequestItems: { state: puts } });
    await call(part, 'BatchWriteItem', {
      RequestItems: { state: [{ DeleteRequest: { Key: key('p', '2') } }] },
    });
    const read = await call(part, 'BatchGetItem', {
      RequestItems: { state: { Keys: [key('p', '1'), key('p', '2'), key('p', '3')] } },
    });
    expect(read.Responses.state).toEqual([key('p', '1'), key('p', '3')]);
    await expect(
      call(part, 'BatchWriteItem', { RequestItems: { state: [puts[0], puts[0]] } }),
    ).rejects.toMatchObject({ code: 'ValidationException', message: expect.stringMatching(/duplicates/) });
  });

  it('does a transaction once under its token', async () => {
    const TransactItems = [
      {
        Update: {
          TableName: 'state',
          Key: key('count'),
          UpdateExpression: 'ADD n :one',
          ExpressionAttributeValues: { ':one': N(1) },
        },
      },
    ];
    const transact = (): Promise<unknown> =>
      call(part, 'TransactWriteItems', { TransactItems, ClientRequestToken: 'token' });
    await transact();
    await transact();
    const { Responses } = await call(part, 'TransactGetItems', {
      TransactItems: [{ Get: { TableName: 'state', Key: key('count') } }],
    });
    expect(Responses).toEqual([{ Item: { ...key('count'), n: N(1) } }]);
  });

  it('passes every change on through the stream, in order, also what a listener writes', async () => {
    const seen: string[] = [];
    const pending: Promise<unknown>[] = [];
    const unsubscribe = part.subscribe(streamArn, (record: StreamRecord) => {
      const { pk } = record.dynamodb.Keys as { pk: { S: string } };
      seen.push(`${record.eventName} ${pk.S}`);
      if (pk.S === 'first') pending.push(run('PutItem', { Item: key('from listener') }));
    });
    await run('PutItem', { Item: key('first') });
    await Promise.all(pending);
    await run('PutItem', { Item: { ...key('first'), n: N(1) } });
    await run('PutItem', { Item: { ...key('first'), n: { N: '1.0' } } });
    await run('DeleteItem', { Key: key('first') });
    unsubscribe();
    await run('PutItem', { Item: key('unheard') });
    expect(seen).toEqual(['INSERT first', 'INSERT from listener', 'MODIFY first', 'REMOVE first']);
  });

  it('describes tables', async () => {
    expect(await run('DescribeTable', {})).toMatchObject({
      Table: {
        TableStatus: 'ACTIVE',
        LatestStreamArn: streamArn,
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      },
    });
    expect(await run('DescribeTimeToLive', {})).toEqual({
      TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: 'expiresAt' },
    });
    expect(await call(part, 'ListTables', {})).toMatchObject({ TableNames: ['state'] });
  });

  it('names a table that is not there, and a member that is not enacted', async () => {
    await expect(call(part, 'GetItem', { TableName: 'other', Key: key('p') })).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
      message: expect.stringMatching(/other/),
    });
    await expect(run('Query', { IndexName: 'byName' })).rejects.toMatchObject({
      message: expect.stringMatching(/IndexName/),
    });
    expect(() => part.subscribe('arn:nothing', () => undefined)).toThrow(/Stream: arn:nothing/);
  });

  it('hangs or refuses on demand and writes nothing meanwhile', async () => {
    part.setAvailable('state', 'refuse');
    await expect(run('PutItem', { Item: key('p') })).rejects.toMatchObject({ status: 503 });
    part.setAvailable('state', 'hang');
    let answer = 'none';
    const hanging = run('PutItem', { Item: key('p') }).catch((error: { code: string }) => {
      answer = error.code;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(answer).toBe('none');
    part.setAvailable('state', 'ok');
    await hanging;
    expect(answer).toBe('ServiceUnavailable');
    expect(await run('GetItem', { Key: key('p') })).toEqual({ Item: undefined });
  });

  it('sweeps what has expired, and says so in the stream', async () => {
    const quick = createDynamoDb(testWorld({ managed: () => 10 }));
    const { attributes } = await create(quick, 'AWS::DynamoDB::Table', STATE_TABLE);
    await call(quick, 'PutItem', {
      TableName: 'state',
      Item: { ...key('old'), expiresAt: N(Math.floor(Date.now() / 1000) - 60) },
    });
    const removed = new Promise<StreamRecord>((resolve) => {
      quick.subscribe(String(attributes['StreamArn']), resolve);
    });
    await quick.start?.();
    expect(await removed).toMatchObject({ eventName: 'REMOVE', userIdentity: { type: 'Service' } });
    await quick.stop?.();
  });
});
