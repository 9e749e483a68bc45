/** The real client against the sandbox's endpoint. */

import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDynamoDb } from '../../../../proving/sandbox/dynamodb/index.ts';
import { createIdentity } from '../../../../proving/sandbox/identity/index.ts';
import { createEndpoint, type Endpoint } from '../../../../proving/sandbox/wire/index.ts';
import { create, policy } from '../events/doubles.ts';
import { REGION, testWorld } from '../wire/world.ts';
import { STATE_TABLE } from './template.ts';

const TABLE = 'arn:aws:dynamodb:us-east-1:123456789012:table/state';
const world = testWorld();
const identity = createIdentity(world);
let endpoint: Endpoint;
let operator: DynamoDBClient;

beforeAll(async () => {
  const part = createDynamoDb(world);
  await create(part, 'AWS::DynamoDB::Table', STATE_TABLE);
  endpoint = createEndpoint(world, { identity });
  for (const service of part.services ?? []) endpoint.add(service);
  await endpoint.listen(0);
  operator = clientWith(identity.operator);
});

afterAll(async () => {
  operator.destroy();
  await endpoint.stop();
});

function clientWith(credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }) {
  return new DynamoDBClient({ region: REGION, endpoint: endpoint.addressUrl, credentials, maxAttempts: 1 });
}

const put = (pk: string, extra: Record<string, { S: string } | { B: Uint8Array }> = {}) =>
  new PutItemCommand({
    TableName: 'state',
    Item: { pk: { S: pk }, sk: { S: 's' }, ...extra },
    ConditionExpression: 'attribute_not_exists(pk)',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  });

describe('the SDK client', () => {
  it('gets a typed ConditionalCheckFailedException with the item', async () => {
    const bytes = new Uint8Array([0, 1, 255]);
    await operator.send(put('lease', { holder: { S: 'a' }, bytes: { B: bytes } }));
    const error = await operator.send(put('lease')).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(ConditionalCheckFailedException);
    expect(error).toMatchObject({ Item: { holder: { S: 'a' }, bytes: { B: bytes } } });
    expect((error as ConditionalCheckFailedException).message).toBe('The conditional request failed');
  });

  it('gets a typed TransactionCanceledException with the reasons', async () => {
    await operator.send(put('taken'));
    const error = await operator
      .send(
        new TransactWriteItemsCommand({
          TransactItems: [
            { Put: { TableName: 'state', Item: { pk: { S: 'free' }, sk: { S: 's' } } } },
            {
              ConditionCheck: {
                TableName: 'state',
                Key: { pk: { S: 'taken' }, sk: { S: 's' } },
                ConditionExpression: 'attribute_not_exists(pk)',
              },
            },
          ],
        }),
      )
      .catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(TransactionCanceledException);
    expect((error as TransactionCanceledException).CancellationReasons?.map(({ Code }) => Code)).toEqual([
      'None',
      'ConditionalCheckFailed',
    ]);
  });

  it('as a role with a leading key reads and writes that partition alone', async () => {
    const role = await create(identity, 'AWS::IAM::Role', {
      RoleName: 'shop',
      AssumeRolePolicyDocument: policy({
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Principal: { Service: 'lambda.amazonaws.com' },
      }),
      Policies: [
        {
          PolicyName: 'own-partition',
          PolicyDocument: policy({
            Effect: 'Allow',
            Action: ['dynamodb:PutItem', 'dynamodb:Query'],
            Resource: TABLE,
            Condition: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['outcome#shop'] } },
          }),
        },
      ],
    });
    const client = clientWith(identity.issueForRole(String(role.attributes['Arn']), 'test', 900));
    const query = (pk: string) =>
      client.send(
        new QueryCommand({
          TableName: 'state',
          KeyConditionExpression: 'pk = :p',
          ExpressionAttributeValues: { ':p': { S: pk } },
        }),
      );
    await client.send(put('outcome#shop'));
    expect((await query('outcome#shop')).Count).toBe(1);
    await expect(client.send(put('outcome#other'))).rejects.toMatchObject({
      name: expect.stringMatching(/AccessDenied/),
    });
    await expect(query('lease')).rejects.toMatchObject({ name: expect.stringMatching(/AccessDenied/) });
    client.destroy();
  });
});
