import { FailoverDBClusterCommand, RDSClient } from '@aws-sdk/client-rds';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { clientConfig } from '../../../../lambdas/shared/aws/clients.ts';
import { emfLine } from '../../../../lambdas/shared/aws/emf-line.ts';
import { outcomeOfError } from '../../../../lambdas/shared/aws/outcomes.ts';
import { isNotReady } from '../../../../lambdas/shared/aws/data-api.ts';

let server: http.Server | null = null;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** One FailoverDBCluster against an endpoint that answers as told; how often was it asked? */
async function call(answer: (response: http.ServerResponse) => void) {
  let asked = 0;
  server = http.createServer((request, response) => {
    asked += 1;
    request.resume().on('end', () => answer(response));
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  const client = new RDSClient({
    ...clientConfig({ requestMs: 300, tries: 1 }),
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
  const command = new FailoverDBClusterCommand({ DBClusterIdentifier: 'c', TargetDBInstanceIdentifier: 'b' });
  const outcome = await client.send(command).then(
    () => ({ outcome: 'accepted' }),
    (error: unknown) => outcomeOfError(error),
  );
  return { outcome, asked };
}

const refusal =
  (code: string, status = 400) =>
  (response: http.ServerResponse) => {
    const body = `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>m</Message></Error></ErrorResponse>`;
    response.writeHead(status, { 'content-type': 'text/xml' }).end(body);
  };

describe('a mutating call', () => {
  it('fact 13: a state fault means that AWS is acting: a conflict, not a success', async () => {
    const { outcome, asked } = await call(refusal('InvalidDBClusterStateFault'));
    expect(outcome).toMatchObject({ outcome: 'refused', conflict: true, retryable: true });
    expect(asked).toBe(1);
  });
  it('a denial is a refusal for good', async () => {
    const { outcome } = await call(refusal('AccessDenied', 403));
    expect(outcome).toMatchObject({ outcome: 'refused', conflict: false, retryable: false });
  });
  it('F-16: throttling may be tried again, by us and not by the SDK', async () => {
    const { outcome, asked } = await call(refusal('Throttling'));
    expect(outcome).toMatchObject({ outcome: 'refused', retryable: true });
    expect(asked).toBe(1);
  });
  it.each([
    ['a server error', refusal('InternalFailure', 500)],
    ['an answer that never comes', () => undefined],
    ['a connection that breaks', (response: http.ServerResponse) => response.destroy()],
  ])('F-16: after %s the outcome is unknown, and the call was made once', async (_name, answer) => {
    const { outcome, asked } = await call(answer);
    expect(outcome).toMatchObject({ outcome: 'unknown' });
    expect(asked).toBe(1);
  });
});

describe('the Data API', () => {
  it.each([
    [Object.assign(new Error('x'), { name: 'DatabaseResumingException' }), true],
    [Object.assign(new Error('Communications link failure'), { name: 'BadRequestException' }), true],
    [Object.assign(new Error('x'), { $metadata: { httpStatusCode: 503 } }), true],
    [
      Object.assign(new Error('permission denied'), {
        name: 'DatabaseErrorException',
        $metadata: { httpStatusCode: 400 },
      }),
      false,
    ],
    ['text', false],
  ])('is not ready for %s: %s', (error, expected) => {
    expect(isNotReady(error)).toBe(expected);
  });
});

describe('the line of a sweep', () => {
  it('holds several dimension sets, each with its own metrics, at high resolution', () => {
    const line = emfLine(
      [
        {
          dimensions: { Environment: 'demo', AvailabilityZone: 'a' },
          values: [{ name: 'prober-sweeps', value: 1, unit: 'Count' }],
        },
        {
          dimensions: { Environment: 'demo', Member: 'db-1' },
          values: [{ name: 'reader-lag-ms', value: 7, unit: 'Milliseconds' }],
        },
      ],
      1000,
    );
    expect(JSON.parse(line)).toEqual({
      _aws: {
        Timestamp: 1000,
        CloudWatchMetrics: [
          {
            Namespace: 'Understudy',
            Dimensions: [['Environment', 'AvailabilityZone']],
            Metrics: [{ Name: 'prober-sweeps', Unit: 'Count', StorageResolution: 1 }],
          },
          {
            Namespace: 'Understudy',
            Dimensions: [['Environment', 'Member']],
            Metrics: [{ Name: 'reader-lag-ms', Unit: 'Milliseconds', StorageResolution: 1 }],
          },
        ],
      },
      Environment: 'demo',
      AvailabilityZone: 'a',
      Member: 'db-1',
      'prober-sweeps': 1,
      'reader-lag-ms': 7,
    });
  });
  it('fails for two values of one dimension', () => {
    const group = (member: string) => ({ dimensions: { Member: member }, values: [] });
    expect(() => emfLine([group('a'), group('b')], 0)).toThrow('Member twice');
  });
});
