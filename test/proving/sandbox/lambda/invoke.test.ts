import fs from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { livingChildren } from '../../../../proving/sandbox/kernel/index.ts';
import { type Bench, bench, eventually, OPERATOR } from './fixtures.ts';

let stand: Bench;
beforeAll(async () => {
  process.env.AWS_SECRET_ACCESS_KEY = 'a-real-secret-of-the-parent';
  process.env.UNRELATED = 'leak';
  stand = await bench();
});
afterAll(async () => {
  await stand.lambda.stop?.();
  await stand.logs.stop?.();
  fs.rmSync(stand.world.stateDir, { recursive: true, force: true });
});

const COUNTER = `let n = 0; export const handler = async (event) => ({ n: ++n, event, pid: process.pid });`;

async function invoke(arn: string, payload: unknown = {}) {
  const result = await stand.lambda.invoke(arn, payload, OPERATOR);
  return { ...result, body: JSON.parse(result.payload) };
}

describe('an invocation', () => {
  test('starts a process once and reuses it while it is warm', async () => {
    const arn = await stand.deploy(COUNTER, {
      Environment: { Variables: { UNDERSTUDY_FUNCTION: 'counter' } },
    });
    expect(await invoke(arn, { a: 1 })).toMatchObject({
      ok: true,
      error: null,
      body: { n: 1, event: { a: 1 } },
    });
    expect((await invoke(arn)).body.n).toBe(2);
    expect(stand.lambda.stats().counter).toMatchObject({ invocations: 2, errors: 0, cold: 1, warm: 1 });
  });

  test('runs a CommonJS handler, also in a file index.js', async () => {
    const arn = await stand.deploy(`exports.handler = async () => 'common';`, {}, 'index.js');
    expect((await invoke(arn)).body).toBe('common');
  });

  test('runs at once with others in a process of its own', async () => {
    const arn = await stand.deploy(
      `export const handler = async () => { await new Promise((r) => setTimeout(r, 300)); return process.pid; };`,
    );
    const [one, two] = await Promise.all([invoke(arn), invoke(arn)]);
    expect(one.body).not.toBe(two.body);
  });

  test('fails with the type and message of what the handler threw', async () => {
    const arn = await stand.deploy(`export const handler = async () => { throw new TypeError('broken'); };`);
    const result = await invoke(arn);
    expect(result).toMatchObject({ ok: false, error: 'Unhandled' });
    expect(result.body).toMatchObject({ errorType: 'TypeError', errorMessage: 'broken' });
  });

  test('is ended at its time-out, with the words of AWS, and the next one starts anew', async () => {
    const arn = await stand.deploy(
      `let n = 0; export const handler = async (e) => { n += 1; if (e.hang) await new Promise(() => setInterval(() => {}, 1000)); return n; };`,
      { Timeout: 1 },
    );
    const result = await invoke(arn, { hang: true });
    expect(result.body.errorMessage).toMatch(
      /^RequestId: [\w-]{36} Error: Task timed out after 1\.00 seconds$/,
    );
    expect((await invoke(arn)).body).toBe(1);
  });

  test('fails with Runtime.ExitError when its process leaves', async () => {
    const arn = await stand.deploy(`export const handler = async () => process.exit(3);`);
    const { body } = await invoke(arn);
    expect(body.errorType).toBe('Runtime.ExitError');
    expect(body.errorMessage).toMatch(/Runtime exited with error: exit status 3$/);
  });

  test('fails with what went wrong while the code was loaded', async () => {
    const arn = await stand.deploy(`throw new RangeError('at init');`);
    expect((await invoke(arn)).body).toMatchObject({ errorType: 'RangeError', errorMessage: 'at init' });
    const missing = await stand.deploy(COUNTER, { Handler: 'other.handler' });
    expect((await invoke(missing)).body.errorType).toBe('Runtime.ImportModuleError');
  });

  test('cannot take more memory than the function has', async () => {
    const arn = await stand.deploy(
      `export const handler = async () => { const all = []; for (;;) all.push(new Array(1e5).fill(Math.random())); };`,
      { MemorySize: 128, Timeout: 20 },
    );
    expect((await invoke(arn)).body.errorType).toBe('Runtime.ExitError');
  });

  test('of an unknown function or version is refused', async () => {
    const arn = await stand.deploy(COUNTER);
    await expect(invoke(`${arn}:7`)).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
      status: 404,
    });
    await expect(invoke('nobody')).rejects.toThrow(/Function not found: .*:function:nobody$/);
  });
});

describe('the environment of a function', () => {
  const REPORT = `export const handler = async (event, context) => ({ env: process.env, argv: process.execArgv,
    context: { ...context, left: context.getRemainingTimeInMillis() } });`;

  test('SEC-24: holds what AWS and the template set, and nothing of the parent', async () => {
    const arn = await stand.deploy(REPORT, {
      MemorySize: 256,
      Environment: { Variables: { MINE: 'yes', NODE_EXTRA_CA_CERTS: '/var/runtime/ca-cert.pem' } },
    });
    const { env, context } = (await invoke(arn)).body;
    expect(env).toMatchObject({
      MINE: 'yes',
      NODE_EXTRA_CA_CERTS: '/sandbox/ca.pem',
      AWS_REGION: 'eu-west-1',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_SESSION_TOKEN: 'token',
      SANDBOX_ZONES: 'amazonaws.com',
      TZ: ':UTC',
      _HANDLER: 'index.handler',
    });
    expect(Object.keys(env)).not.toContain('UNRELATED');
    expect(JSON.stringify(env)).not.toContain('a-real-secret-of-the-parent');
    expect(env.AWS_LAMBDA_LOG_GROUP_NAME).toBe(`/aws/lambda/${context.functionName}`);
    expect(context.invokedFunctionArn).toBe(arn);
    expect(context.left).toBeGreaterThan(3000);
  });

  test('is frozen between invocations: a timer does not fire', async () => {
    const arn = await stand.deploy(
      `let ticks = 0; setInterval(() => { ticks += 1; }, 20); export const handler = async () => ticks;`,
    );
    const before = (await invoke(arn)).body;
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect((await invoke(arn)).body - before).toBeLessThan(10);
  });

  test('is given up after a change of code, and its lines are in the log group', async () => {
    const arn = await stand.deploy(`console.log('loaded'); ${COUNTER}`);
    const name = arn.split(':').at(-1)!;
    await invoke(arn);
    const properties = {
      Code: { S3Bucket: 'assets', S3Key: [...stand.objects.keys()].at(-1)!.split('/')[1] },
      Handler: 'index.handler',
      Role: 'arn:aws:iam::123456789012:role/demo-function',
      Runtime: 'nodejs24.x',
    };
    const type = 'AWS::Lambda::Function';
    const request = stand.request(type, properties);
    await stand.provider(type).update({ ...request, physicalId: name, previous: properties });
    expect((await invoke(arn)).body.n).toBe(1);
    const lines = stand.logs.tail(`/aws/lambda/${name}`, 20);
    expect(lines.filter((line) => line.endsWith('INFO\tloaded'))).toHaveLength(2);
    expect(lines.some((line) => line.includes('REPORT RequestId'))).toBe(true);
  });
});

describe('concurrency', () => {
  const SLOW = `export const handler = async () => { await new Promise((r) => setTimeout(r, 500)); return 'done'; };`;

  test('beyond the reservation is throttled and counted', async () => {
    const arn = await stand.deploy(SLOW, { ReservedConcurrentExecutions: 1 });
    const first = invoke(arn);
    await expect(invoke(arn)).rejects.toMatchObject({
      code: 'TooManyRequestsException',
      status: 429,
      fields: { Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' },
    });
    expect((await first).body).toBe('done');
    expect((await invoke(arn)).body).toBe('done');
    const name = arn.split(':').at(-1);
    const throttles = stand.metrics.filter(
      (datum) => datum.name === 'Throttles' && datum.value === 1 && datum.dimensions.FunctionName === name,
    );
    expect(throttles).toHaveLength(1);
  });
});

describe('switched off', () => {
  test('functions are not invoked and their processes end; on again they run', async () => {
    const arn = await stand.deploy(COUNTER);
    await invoke(arn);
    stand.lambda.setEnabled(false);
    await expect(invoke(arn)).rejects.toThrow(/switched off/);
    await eventually(() => livingChildren(stand.world.stateDir).length === 0);
    stand.lambda.setEnabled(true);
    expect((await invoke(arn)).body.n).toBe(1);
  });
});
