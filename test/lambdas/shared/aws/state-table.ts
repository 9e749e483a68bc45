/** The sandbox's table over the wire, for tests of what is kept in it. */

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamoDb } from '../../../../proving/sandbox/dynamodb/index.ts';
import { createIdentity } from '../../../../proving/sandbox/identity/index.ts';
import { createEndpoint } from '../../../../proving/sandbox/wire/index.ts';
import { create } from '../../../proving/sandbox/events/doubles.ts';
import { STATE_TABLE } from '../../../proving/sandbox/dynamodb/template.ts';
import { REGION, testWorld } from '../../../proving/sandbox/wire/world.ts';

export interface StateTableStage {
  readonly client: DynamoDBClient;
  readonly table: string;
  stop(): Promise<void>;
}

export async function stateTableStage(table = STATE_TABLE.TableName): Promise<StateTableStage> {
  const world = testWorld();
  const identity = createIdentity(world);
  const part = createDynamoDb(world);
  await create(part, 'AWS::DynamoDB::Table', { ...STATE_TABLE, TableName: table });
  const endpoint = createEndpoint(world, { identity });
  for (const service of part.services ?? []) endpoint.add(service);
  await endpoint.listen(0);
  const reached = { region: REGION, endpoint: endpoint.addressUrl, credentials: identity.operator };
  const client = new DynamoDBClient({ ...reached, maxAttempts: 1 });
  return {
    client,
    table,
    stop: async () => {
      client.destroy();
      await endpoint.stop();
    },
  };
}
