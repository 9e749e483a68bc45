/** The real adapter over the SDK, against the sandbox's DynamoDB: conditions are evaluated, not imitated. */

import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { controlKey, outcomeKey, type Key } from '../../../../core/state/keys.ts';
import { toAttributes } from '../../../../lambdas/shared/attribute-values.ts';
import { DynamoStateStore } from '../../../../lambdas/shared/aws/state-store.ts';
import { createDynamoDb } from '../../../../proving/sandbox/dynamodb/index.ts';
import { createIdentity } from '../../../../proving/sandbox/identity/index.ts';
import { createEndpoint } from '../../../../proving/sandbox/wire/index.ts';
import { STATE_TABLE } from '../../sandbox/dynamodb/template.ts';
import { create } from '../../sandbox/events/doubles.ts';
import { REGION, testWorld } from '../../sandbox/wire/world.ts';
import type { StoreUnderTest } from './state-store-contract.ts';

export interface Adapter extends StoreUnderTest {
  stop(): Promise<void>;
}

export async function startAdapter(): Promise<Adapter> {
  const world = testWorld();
  const identity = createIdentity(world);
  const part = createDynamoDb(world);
  await create(part, 'AWS::DynamoDB::Table', STATE_TABLE);
  const endpoint = createEndpoint(world, { identity });
  for (const service of part.services ?? []) endpoint.add(service);
  await endpoint.listen(0);
  const client = new DynamoDBClient({
    region: REGION,
    endpoint: endpoint.addressUrl,
    credentials: identity.operator,
    maxAttempts: 1,
  });
  const put = async (key: Key, item: object): Promise<void> => {
    const Item = toAttributes({ ...item, ...key }) as never;
    await client.send(new PutItemCommand({ TableName: 'state', Item }));
  };
  return {
    store: new DynamoStateStore(client, 'state'),
    putOutcome: (item) => put(outcomeKey(item.application, item.processId), item),
    putControl: (tier, item) => put(controlKey(tier), item),
    stop: async () => {
      client.destroy();
      await endpoint.stop();
    },
  };
}
