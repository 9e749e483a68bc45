/** Lambda's API through the real client and the real endpoint. */

import fs from 'node:fs';
import {
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  ListFunctionsCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEndpoint, type Endpoint } from '../../../../proving/sandbox/wire/index.ts';
import { OPERATOR_KEY, ROLE_KEY, testIdentity } from '../wire/world.ts';
import { type Bench, bench, eventually } from './fixtures.ts';

let stand: Bench;
let endpoint: Endpoint;
let arn: string;
const identity = testIdentity(['lambda:InvokeFunction']);
beforeAll(async () => {
  stand = await bench();
  endpoint = createEndpoint(stand.world, { identity });
  for (const service of stand.lambda.services ?? []) endpoint.add(service);
  await endpoint.listen(0);
  arn = await stand.deploy(
    `export const handler = async (event) => { if (event.fail) throw new Error('no'); return { got: event }; };`,
    { ReservedConcurrentExecutions: 3, Environment: { Variables: { UNDERSTUDY_FUNCTION: 'echo' } } },
  );
});
afterAll(async () => {
  await endpoint.stop();
  await stand.lambda.stop?.();
  await stand.logs.stop?.();
  fs.rmSync(stand.world.stateDir, { recursive: true, force: true });
});

function client(credentials: { accessKeyId: string; secretAccessKey: string } = OPERATOR_KEY): LambdaClient {
  return new LambdaClient({
    region: 'eu-west-1',
    endpoint: endpoint.addressUrl,
    credentials,
    maxAttempts: 1,
  });
}

const json = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

describe('Invoke', () => {
  test('gives the result of the function', async () => {
    const answer = await client().send(new InvokeCommand({ FunctionName: arn, Payload: json({ a: 1 }) }));
    expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' });
    expect(answer.FunctionError).toBeUndefined();
    expect(JSON.parse(answer.Payload!.transformToString())).toEqual({ got: { a: 1 } });
  });

  test('tells a failed function by its header, not by an error', async () => {
    const name = arn.split(':').at(-1)!;
    const answer = await client().send(
      new InvokeCommand({ FunctionName: name, Payload: json({ fail: true }) }),
    );
    expect(answer).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
    expect(JSON.parse(answer.Payload!.transformToString())).toMatchObject({ errorMessage: 'no' });
  });

  test('accepts an event and runs it later; a dry run runs nothing', async () => {
    const before = stand.lambda.stats().echo!.invocations;
    const dry = await client().send(new InvokeCommand({ FunctionName: arn, InvocationType: 'DryRun' }));
    expect(dry.StatusCode).toBe(204);
    expect(stand.lambda.stats().echo!.invocations).toBe(before);
    const event = await client().send(
      new InvokeCommand({ FunctionName: arn, InvocationType: 'Event', Payload: json({}) }),
    );
    expect(event.StatusCode).toBe(202);
    await eventually(() => stand.lambda.stats().echo!.invocations === before + 1);
  });

  test('refuses what is no JSON, and a function that is not there', async () => {
    await expect(
      client().send(new InvokeCommand({ FunctionName: arn, Payload: Buffer.from('{') })),
    ).rejects.toMatchObject({ name: 'InvalidRequestContentException' });
    await expect(client().send(new InvokeCommand({ FunctionName: 'nobody' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  test('is checked against the role of the caller, on the ARN of the function', async () => {
    identity.asked.length = 0;
    await client(ROLE_KEY).send(new InvokeCommand({ FunctionName: arn, Payload: json({}) }));
    expect(identity.asked).toContainEqual({ action: 'lambda:InvokeFunction', resource: arn });
    await expect(client(ROLE_KEY).send(new GetFunctionCommand({ FunctionName: arn }))).rejects.toThrow(
      /not authorized: lambda:GetFunction/,
    );
  });
});

test('functions are listed in pages and described', async () => {
  await stand.deploy(`export const handler = async () => 1;`);
  const first = await client().send(new ListFunctionsCommand({ MaxItems: 1 }));
  expect(first.Functions).toHaveLength(1);
  const second = await client().send(new ListFunctionsCommand({ Marker: first.NextMarker }));
  expect(second.Functions).toHaveLength(1);
  expect(second.NextMarker).toBeUndefined();
  const config = await client().send(new GetFunctionConfigurationCommand({ FunctionName: arn }));
  expect(config).toMatchObject({
    FunctionArn: arn,
    Runtime: 'nodejs24.x',
    Timeout: 5,
    MemorySize: 128,
    State: 'Active',
  });
  const { Concurrency } = await client().send(new GetFunctionCommand({ FunctionName: arn }));
  expect(Concurrency).toEqual({ ReservedConcurrentExecutions: 3 });
});
