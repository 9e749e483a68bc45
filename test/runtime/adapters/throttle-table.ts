/** A throttle table behind the sandbox's DynamoDB endpoint, with the environment that an application has. */

import { createDynamoDb, type DynamoDb } from '../../../proving/sandbox/dynamodb/index.ts';
import { createIdentity } from '../../../proving/sandbox/identity/index.ts';
import { createEndpoint } from '../../../proving/sandbox/wire/index.ts';
import { STATE_TABLE } from '../../proving/sandbox/dynamodb/template.ts';
import { create } from '../../proving/sandbox/events/doubles.ts';
import { REGION, testWorld } from '../../proving/sandbox/wire/world.ts';

export const TABLE = 'throttle';

export interface ThrottleTable {
  readonly part: DynamoDb;
  readonly region: string;
  stop(): Promise<void>;
}

export async function throttleTable(): Promise<ThrottleTable> {
  const world = testWorld();
  const identity = createIdentity(world);
  const part = createDynamoDb(world);
  await create(part, 'AWS::DynamoDB::Table', { ...STATE_TABLE, TableName: TABLE });
  const endpoint = createEndpoint(world, { identity });
  for (const service of part.services ?? []) endpoint.add(service);
  await endpoint.listen(0);
  const restore = setEnvironment({
    AWS_ENDPOINT_URL: endpoint.addressUrl,
    AWS_ACCESS_KEY_ID: identity.operator.accessKeyId,
    AWS_SECRET_ACCESS_KEY: identity.operator.secretAccessKey,
    AWS_SESSION_TOKEN: undefined,
  });
  return {
    part,
    region: REGION,
    async stop() {
      restore();
      await endpoint.stop();
    },
  };
}

/** Sets variables of this process and returns what sets them back. */
export function setEnvironment(values: Readonly<Record<string, string | undefined>>): () => void {
  const before = Object.fromEntries(Object.keys(values).map((name) => [name, process.env[name]]));
  assign(values);
  return () => assign(before);
}

function assign(values: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}
