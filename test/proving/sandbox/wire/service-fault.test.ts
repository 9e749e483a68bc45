/** A service that hangs, dies or is cut off, as the real SDK client sees it. */

import * as DynamoDB from '@aws-sdk/client-dynamodb';
import * as SSM from '@aws-sdk/client-ssm';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { operation } from '../../../../proving/sandbox/kernel/index.ts';
import { type Endpoint, createEndpoint } from '../../../../proving/sandbox/wire/index.ts';
import { HELD_MAX, readServiceFault, ServiceFaults } from '../../../../proving/sandbox/wire/service-fault.ts';
import { OPERATOR_KEY, REGION, ROLE_KEY, testIdentity, testWorld } from './world.ts';

const TIME_OUT_MS = 200;

let endpoint: Endpoint;
let opened: { destroy(): void }[];

beforeEach(async () => {
  opened = [];
  const taskOf = (key: string): string | null => (key === ROLE_KEY.accessKeyId ? 'shop-2' : null);
  endpoint = createEndpoint(testWorld(), { identity: testIdentity(['dynamodb:GetItem']), taskOf });
  const client = { region: REGION, credentials: OPERATOR_KEY };
  const done = operation({ authorize: () => [], handle: () => ({}) });
  endpoint.add({
    signingName: 'dynamodb',
    sdk: DynamoDB,
    client: new DynamoDB.DynamoDBClient(client),
    operations: { GetItem: done },
  });
  const operations = { GetParameter: done };
  endpoint.add({ signingName: 'ssm', sdk: SSM, client: new SSM.SSMClient(client), operations });
  await endpoint.listen(0);
});

afterEach(async () => {
  for (const one of opened) one.destroy();
  await endpoint.stop();
});

function dynamoDb(credentials: object = OPERATOR_KEY, requestTimeout = TIME_OUT_MS): DynamoDB.DynamoDBClient {
  const client = new DynamoDB.DynamoDBClient({
    region: REGION,
    endpoint: endpoint.addressUrl,
    credentials: credentials as typeof ROLE_KEY,
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler({ requestTimeout, throwOnRequestTimeout: true }),
  });
  opened.push(client);
  return client;
}

const read = (client: DynamoDB.DynamoDBClient): Promise<unknown> =>
  client.send(new DynamoDB.GetItemCommand({ TableName: 't', Key: { pk: { S: 'a' } } }));

/** What a call ended with: `answered`, or the name or code of its error. */
const ending = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'answered',
    (error: { name: string; code?: string }) => error.code ?? error.name,
  );

/** A connection that only remembers that it was reset. */
class Connection extends EventEmitter {
  isReset = false;
  isClosed = false;
  writableEnded = false;

  resetAndDestroy(): void {
    this.isReset = true;
  }

  destroy(): void {
    this.isClosed = true;
  }
}

async function untilHeld(count: number): Promise<void> {
  await expect.poll(() => endpoint.serviceFault()?.held, { timeout: 3000 }).toBe(count);
}

describe('a service that hangs', () => {
  it('takes requests and never answers: the client sees its own time-out', async () => {
    endpoint.setServiceFault({ service: 'dynamodb', kind: 'hang' });
    expect(await ending(read(dynamoDb()))).toBe('ETIMEDOUT');
    expect(await ending(read(dynamoDb(ROLE_KEY)))).toBe('ETIMEDOUT');
    expect(endpoint.serviceFault()).toMatchObject({ kind: 'hang', met: { 'shop-2': 1 }, metOthers: 1 });
  });

  it('leaves other services alone', async () => {
    endpoint.setServiceFault({ service: 'dynamodb', kind: 'hang' });
    const ssm = new SSM.SSMClient({
      region: REGION,
      endpoint: endpoint.addressUrl,
      credentials: OPERATOR_KEY,
    });
    opened.push(ssm);
    await ssm.send(new SSM.GetParameterCommand({ Name: '/a' }));
  });

  it('ends what it holds when it is lifted, and answers again', async () => {
    const client = dynamoDb(OPERATOR_KEY, 60_000);
    endpoint.setServiceFault({ service: 'dynamodb', kind: 'hang' });
    const held = ending(read(client));
    await untilHeld(1);
    endpoint.setServiceFault(null);
    expect(await held).toBe('ECONNRESET');
    expect(endpoint.serviceFault()).toBeNull();
    expect(await ending(read(client))).toBe('answered');
  });

  it('ends what it holds when the endpoint stops', async () => {
    endpoint.setServiceFault({ service: 'dynamodb', kind: 'hang' });
    const held = ending(read(dynamoDb(OPERATOR_KEY, 60_000)));
    await untilHeld(1);
    await endpoint.stop();
    expect(await held).toBe('ECONNRESET');
  });

  it('forgets a request whose client has given up', async () => {
    endpoint.setServiceFault({ service: 'dynamodb', kind: 'hang' });
    const client = dynamoDb();
    expect(await ending(read(client))).toBe('ETIMEDOUT');
    await untilHeld(0);
  });

  it('holds a bounded number of requests', () => {
    const faults = new ServiceFaults();
    faults.set({ service: 'dynamodb', kind: 'hang' });
    const sockets = Array.from({ length: HELD_MAX + 3 }, () => new Connection());
    for (const socket of sockets) faults.takes({ service: 'dynamodb', task: null }, socket);
    expect(faults.describe()?.held).toBe(HELD_MAX);
    expect(sockets.filter(({ isReset }) => isReset)).toEqual(sockets.slice(0, 3));
    faults.set(null);
    expect(sockets.every(({ isReset }) => isReset)).toBe(true);
  });
});

describe('a connection whose end is under way', () => {
  it.each(['kill', 'hang'] as const)('is closed and not reset: %s', (kind) => {
    const faults = new ServiceFaults();
    faults.set({ service: 'dynamodb', kind });
    const socket = new Connection();
    socket.writableEnded = true;
    faults.takes({ service: 'dynamodb', task: null }, socket);
    faults.set(null);
    expect([socket.isClosed, socket.isReset]).toEqual([true, false]);
  });
});

describe('a service that is dead', () => {
  it('resets the connection before any answer', async () => {
    endpoint.setServiceFault({ service: 'dynamodb', kind: 'kill' });
    expect(await ending(read(dynamoDb()))).toBe('ECONNRESET');
    expect(await ending(read(dynamoDb(ROLE_KEY)))).toBe('ECONNRESET');
    endpoint.setServiceFault(null);
    expect(await ending(read(dynamoDb()))).toBe('answered');
  });
});

describe('a task that is cut off', () => {
  it('alone hears nothing: others, and functions, are served', async () => {
    endpoint.setServiceFault({ service: 'dynamodb', kind: 'partition', tasks: ['shop-2', 'shop-3'] });
    expect(await ending(read(dynamoDb(ROLE_KEY)))).toBe('ETIMEDOUT');
    expect(await ending(read(dynamoDb(OPERATOR_KEY)))).toBe('answered');
    expect(endpoint.serviceFault()).toMatchObject({ met: { 'shop-2': 1 }, metOthers: 0 });
  });

  it('is another than the one that is named: it is served', async () => {
    endpoint.setServiceFault({ service: 'dynamodb', kind: 'partition', tasks: ['shop'] });
    expect(await ending(read(dynamoDb(ROLE_KEY)))).toBe('answered');
  });
});

describe('a service fault from outside', () => {
  it('names a service that the sandbox does not have', () => {
    expect(() => endpoint.setServiceFault({ service: 'dynamo', kind: 'kill' })).toThrow(
      /service = "dynamo": is a service of the sandbox\. Fix: use one of dynamodb, ssm/,
    );
    expect(endpoint.serviceFault()).toBeNull();
  });

  it('knows a service by the name its SDK has for it', () => {
    endpoint.add({
      signingName: 'monitoring',
      sdk: SSM,
      client: new SSM.SSMClient({ region: REGION, credentials: OPERATOR_KEY }),
      operations: {},
    });
    endpoint.setServiceFault({ service: 'cloudwatch', kind: 'kill' });
    const socket = new Connection();
    const faults = new ServiceFaults();
    faults.set({ service: 'cloudwatch', kind: 'kill' });
    expect(faults.takes({ service: 'monitoring', task: null }, socket)).toBe(true);
    expect(socket.isReset).toBe(true);
  });

  it.each([
    [undefined, /service = nothing.*\n.*kind = nothing/],
    [{ service: 'dynamodb', kind: 'slow' }, /kind = "slow": is a kind of fault\. Fix: use one of hang, kill/],
    [{ service: 'dynamodb', kind: 'partition' }, /tasks = nothing: names the tasks to cut off/],
    [{ service: 'dynamodb', kind: 'partition', tasks: [] }, /tasks = \[\]/],
    [{ service: 'dynamodb', kind: 'hang', tasks: ['shop'] }, /tasks = \["shop"\]: is for a partition alone/],
  ])('%j is refused', (value, message) => {
    expect(() => readServiceFault(value)).toThrow(message);
  });

  it('is read as it was written, and null heals', () => {
    const fault = { service: 'dynamodb', kind: 'partition', tasks: ['shop'] };
    expect(readServiceFault(fault)).toEqual(fault);
    expect(readServiceFault(null)).toBeNull();
  });
});
