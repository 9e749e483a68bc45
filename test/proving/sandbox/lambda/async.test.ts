import fs from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Bench, bench, eventually, OPERATOR, QUEUE } from './fixtures.ts';

let stand: Bench;
beforeAll(async () => {
  stand = await bench();
});
afterEach(() => {
  vi.useRealTimers();
  stand.messages.length = 0;
});
afterAll(async () => {
  await stand.lambda.stop?.();
  await stand.logs.stop?.();
  fs.rmSync(stand.world.stateDir, { recursive: true, force: true });
});

/** Writes a line for every call, fails the first `failures` of them. */
function failing(file: string, failures: number): string {
  return `import fs from 'node:fs';
    export const handler = async (event) => {
      fs.appendFileSync(${JSON.stringify(file)}, JSON.stringify(event) + '\\n');
      const calls = fs.readFileSync(${JSON.stringify(file)}, 'utf8').split('\\n').length - 1;
      if (calls <= ${failures}) throw new Error('call ' + calls);
      return calls;
    };`;
}

function callsIn(file: string): number {
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8').split('\n').length - 1 : 0;
}

let serial = 0;
function callFile(): string {
  return `${stand.world.stateDir}/calls-${(serial += 1)}.txt`;
}

describe('an asynchronous invocation', () => {
  test('that fails is run again after one and after two minutes, then dead-lettered', async () => {
    const file = callFile();
    const arn = await stand.deploy(failing(file, 99), { DeadLetterConfig: { TargetArn: QUEUE } });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    stand.lambda.invokeAsync(arn, { id: 7 }, OPERATOR);
    const name = arn.split(':').at(-1)!;
    const errors = (count: number) => () => stand.lambda.stats()[name]!.errors === count;
    vi.advanceTimersByTime(1);
    await eventually(errors(1));
    vi.advanceTimersByTime(59_000);
    expect(callsIn(file)).toBe(1);
    vi.advanceTimersByTime(1500);
    await eventually(errors(2));
    vi.advanceTimersByTime(118_000);
    expect(callsIn(file)).toBe(2);
    vi.advanceTimersByTime(2500);
    await eventually(() => stand.messages.length === 1);
    expect(callsIn(file)).toBe(3);
    expect(stand.messages).toEqual(['{"id":7}']);
  });

  test('sends its record to the destination, with no retry where none is allowed', async () => {
    const file = callFile();
    const arn = await stand.deploy(failing(file, 99));
    await stand.create('AWS::Lambda::EventInvokeConfig', {
      FunctionName: arn.split(':').at(-1),
      Qualifier: '$LATEST',
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 60,
      DestinationConfig: { OnFailure: { Destination: QUEUE } },
    });
    stand.lambda.invokeAsync(arn, { id: 8 }, OPERATOR);
    await eventually(() => stand.messages.length === 1);
    expect(callsIn(file)).toBe(1);
    expect(JSON.parse(stand.messages[0]!)).toMatchObject({
      requestContext: {
        condition: 'RetriesExhausted',
        approximateInvokeCount: 1,
        functionArn: `${arn}:$LATEST`,
      },
      requestPayload: { id: 8 },
      responseContext: { functionError: 'Unhandled' },
      responsePayload: { errorMessage: 'call 1' },
    });
  });

  test('that meets the concurrency limit waits and is run, not lost', async () => {
    const arn = await stand.deploy(
      `export const handler = async () => { await new Promise((r) => setTimeout(r, 400)); };`,
      { ReservedConcurrentExecutions: 1 },
    );
    const name = arn.split(':').at(-1)!;
    stand.lambda.invokeAsync(arn, 1, OPERATOR);
    stand.lambda.invokeAsync(arn, 2, OPERATOR);
    await eventually(() => stand.lambda.stats()[name]!.invocations === 2);
    expect(stand.lambda.stats()[name]!.throttles).toBeGreaterThan(0);
  });

  test('is dropped when the functions are switched off', async () => {
    const file = callFile();
    const arn = await stand.deploy(failing(file, 0));
    stand.lambda.setEnabled(false);
    stand.lambda.invokeAsync(arn, 1, OPERATOR);
    stand.lambda.setEnabled(true);
    await stand.lambda.invoke(arn, 2, OPERATOR);
    expect(fs.readFileSync(file, 'utf8')).toBe('2\n');
  });
});

test('F-17: an accepted event may be delivered twice', async () => {
  const twice = await bench({ deliveries: () => 2 });
  const arn = await twice.deploy(`export const handler = async (event, context) => context.awsRequestId;`);
  twice.lambda.invokeAsync(arn, {}, OPERATOR);
  await eventually(() => twice.lambda.stats()[arn.split(':').at(-1)!]!.invocations === 2);
  await twice.lambda.stop?.();
  await twice.logs.stop?.();
  fs.rmSync(twice.world.stateDir, { recursive: true, force: true });
});

describe('SEC-05: the invoke permission', () => {
  const service = 'lambda.alarms.cloudwatch.amazonaws.com';
  const alarm = (name: string) => `arn:aws:cloudwatch:eu-west-1:123456789012:alarm:${name}`;

  test('lets the granted source in and no other', async () => {
    const arn = await stand.deploy(`export const handler = async () => 'in';`);
    const denied = { code: 'AccessDeniedException', status: 403 };
    const from = (name: string) => ({ service, sourceArn: alarm(name) });
    await expect(stand.lambda.invoke(arn, {}, from('demo-a'))).rejects.toMatchObject(denied);
    const id = await stand.create('AWS::Lambda::Permission', {
      Action: 'lambda:InvokeFunction',
      FunctionName: arn,
      Principal: service,
      SourceAccount: '123456789012',
      SourceArn: alarm('demo-*'),
    });
    expect((await stand.lambda.invoke(arn, {}, from('demo-a'))).payload).toBe('"in"');
    await expect(stand.lambda.invoke(arn, {}, from('prod-a'))).rejects.toMatchObject(denied);
    expect(() => stand.lambda.invokeAsync(arn, {}, from('prod-a'))).toThrow(/not authorized to perform/);
    const foreign = { service, sourceArn: 'arn:aws:cloudwatch:eu-west-1:999999999999:alarm:demo-a' };
    await expect(stand.lambda.invoke(arn, {}, foreign)).rejects.toMatchObject(denied);
    const type = 'AWS::Lambda::Permission';
    await stand.provider(type).delete({ ...stand.request(type, {}), physicalId: id });
    await expect(stand.lambda.invoke(arn, {}, from('demo-a'))).rejects.toMatchObject(denied);
  });
});
