import { describe, expect, it } from 'vitest';
import { createDynamoDb } from '../../../../proving/sandbox/dynamodb/index.ts';
import { call, change, create, providerOf, resource } from '../events/doubles.ts';
import { testWorld } from '../wire/world.ts';
import { STATE_TABLE } from './template.ts';

const TYPE = 'AWS::DynamoDB::Table';
const { TableName: _, ...UNNAMED } = STATE_TABLE;

describe(TYPE, () => {
  it('is made with a generated name, an ARN and a stream', async () => {
    const made = await create(createDynamoDb(testWorld()), TYPE, UNNAMED, 'State');
    expect(made).toEqual({
      physicalId: 'Demo-State-ABC123',
      attributes: {
        Arn: 'arn:aws:dynamodb:us-east-1:123456789012:table/Demo-State-ABC123',
        StreamArn: expect.stringMatching(/:table\/Demo-State-ABC123\/stream\/\d{4}-\d\d-\d\dT[\d:.]+$/),
      },
    });
  });

  it('has no stream attribute where there is no stream', async () => {
    const { StreamSpecification: __, ...properties } = STATE_TABLE;
    expect((await create(createDynamoDb(testWorld()), TYPE, properties)).attributes).not.toHaveProperty(
      'StreamArn',
    );
  });

  it('is not deleted while it is protected', async () => {
    const part = createDynamoDb(testWorld());
    const provider = providerOf(part, TYPE);
    const request = resource(TYPE, { ...STATE_TABLE, DeletionProtectionEnabled: true });
    const { physicalId } = await provider.create(request);
    await expect(provider.delete({ ...request, physicalId })).rejects.toMatchObject({
      message: expect.stringMatching(/currently protected against deletion/),
    });
    const updated = await provider.update(change(request, physicalId, STATE_TABLE));
    expect(updated.physicalId).toBe(physicalId);
    await provider.delete({ ...request, physicalId });
    expect(await call(part, 'ListTables', {})).toMatchObject({ TableNames: [] });
    await provider.delete({ ...request, physicalId });
  });

  it('keeps its items when its settings change', async () => {
    const part = createDynamoDb(testWorld());
    const request = resource(TYPE, STATE_TABLE);
    await providerOf(part, TYPE).create(request);
    const Key = { pk: { S: 'p' }, sk: { S: 's' } };
    await call(part, 'PutItem', { TableName: 'state', Item: Key });
    const { TimeToLiveSpecification: __, ...without } = STATE_TABLE;
    await providerOf(part, TYPE).update(change(request, 'state', without));
    expect(await call(part, 'GetItem', { TableName: 'state', Key })).toEqual({ Item: Key });
    expect(await call(part, 'DescribeTimeToLive', { TableName: 'state' })).toEqual({
      TimeToLiveDescription: { TimeToLiveStatus: 'DISABLED' },
    });
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['an index', { GlobalSecondaryIndexes: [] }, /GlobalSecondaryIndexes.*not enacted/],
    ['an unknown property', { Colour: 'red' }, /Colour = "red": the sandbox knows no such property/],
    ['a short name', { TableName: 'x' }, /TableName = "x": must be 3 to 255/],
    ['no partition key', { KeySchema: [] }, /KeySchema.*one HASH key/],
    [
      'an attribute too many',
      {
        AttributeDefinitions: [
          ...STATE_TABLE.AttributeDefinitions,
          { AttributeName: 'x', AttributeType: 'S' },
        ],
      },
      /exactly the attributes of KeySchema/,
    ],
    [
      'a wrong view',
      { StreamSpecification: { StreamViewType: 'ALL' } },
      /StreamSpecification.StreamViewType = "ALL"/,
    ],
    ['a wrong flag', { DeletionProtectionEnabled: 'yes' }, /must be true or false/],
  ])('is refused with %s', async (_name, properties, message) => {
    const part = createDynamoDb(testWorld());
    await expect(create(part, TYPE, { ...STATE_TABLE, ...properties })).rejects.toMatchObject({
      code: 'ValidationException',
      message: expect.stringMatching(message),
    });
    expect(await call(part, 'ListTables', {})).toMatchObject({ TableNames: [] });
  });

  it('is refused under a name that is taken', async () => {
    const part = createDynamoDb(testWorld());
    await create(part, TYPE, STATE_TABLE);
    await expect(create(part, TYPE, STATE_TABLE)).rejects.toMatchObject({ code: 'ResourceInUseException' });
  });
});
