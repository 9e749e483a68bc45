/** ARC zonal shift over the wire: signed by hand, as there is no client of it here either. */

import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AwsError, type BalancerNode, type Balancers } from '../../../../proving/sandbox/kernel/index.ts';
import { createEndpoint, type Endpoint } from '../../../../proving/sandbox/wire/index.ts';
import { createZonalShift } from '../../../../proving/sandbox/zonal-shift/index.ts';
import { call } from '../events/doubles.ts';
import { OPERATOR_KEY, REGION, testIdentity, testWorld } from '../wire/world.ts';

const ARN = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/demo/1';
const OFF = ARN.replace('demo', 'off');

let endpoint: Endpoint;
let shifted: (readonly [string, string | null])[];
let part: ReturnType<typeof createZonalShift>;

const node = (balancerArn: string, az: string): BalancerNode => ({
  id: `demo/${az}`,
  balancerArn,
  dnsName: 'demo.elb.amazonaws.com',
  az,
  address: '127.0.8.1',
  ports: [443],
  pid: 1,
  published: true,
});
const balancers: Balancers = {
  shiftAway(arn, zone) {
    if (arn === OFF) throw new AwsError('BadRequestException', 'zonal shift is off');
    shifted.push([arn, zone]);
  },
  isHealthy: () => true,
  list: () => [ARN, OFF].flatMap((arn) => ['us-east-1a', 'us-east-1b'].map((az) => node(arn, az))),
};

beforeEach(async () => {
  shifted = [];
  part = createZonalShift(testWorld(), { balancers: () => balancers });
  endpoint = createEndpoint(testWorld(), { identity: testIdentity() });
  for (const service of part.services!) endpoint.add(service);
  await endpoint.listen(0);
});
afterEach(async () => {
  vi.useRealTimers();
  await part.stop?.();
  await endpoint.stop();
});

async function ask(
  method: string,
  path: string,
  body?: object,
): Promise<{ status: number; said: any; error: string | null }> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const signer = new SignatureV4({
    service: 'arc-zonal-shift',
    region: REGION,
    credentials: OPERATOR_KEY,
    sha256: Sha256,
  });
  const { headers } = await signer.sign({
    method,
    protocol: 'http:',
    hostname: '127.0.0.1',
    path,
    headers: { host: new URL(endpoint.addressUrl).host, 'content-type': 'application/json' },
    ...(text === undefined ? {} : { body: text }),
  });
  const answer = await fetch(`${endpoint.addressUrl}${path}`, {
    method,
    headers,
    ...(text ? { body: text } : {}),
  });
  return { status: answer.status, said: await answer.json(), error: answer.headers.get('x-amzn-errortype') };
}
const start = (more: object = {}) =>
  ask('POST', '/zonalshifts', {
    resourceIdentifier: ARN,
    awayFrom: 'use1-az1',
    expiresIn: '30m',
    comment: 'gray',
    ...more,
  });
const managed = async () => (await ask('GET', `/managedresources/${encodeURIComponent(ARN)}`)).said;

describe('a zonal shift', () => {
  it('leads away from the zone that it names by its id, and back when it is cancelled', async () => {
    const { status, said } = await start();
    expect(status).toBe(201);
    expect(said).toMatchObject({
      resourceIdentifier: ARN,
      awayFrom: 'use1-az1',
      status: 'ACTIVE',
      comment: 'gray',
    });
    expect(said.expiryTime - said.startTime).toBe(1_800);
    expect(shifted).toEqual([[ARN, 'us-east-1a']]);
    expect(await managed()).toMatchObject({
      arn: ARN,
      name: 'demo',
      appliedWeights: { 'use1-az1': 0, 'use1-az2': 1 },
      zonalShifts: [{ appliedStatus: 'APPLIED', zonalShiftId: said.zonalShiftId }],
    });
    const cancelled = await ask('DELETE', `/zonalshifts/${said.zonalShiftId}`);
    expect(cancelled.said.status).toBe('CANCELED');
    expect(shifted.at(-1)).toEqual([ARN, null]);
    expect(await managed()).toMatchObject({
      appliedWeights: { 'use1-az1': 1, 'use1-az2': 1 },
      zonalShifts: [],
    });
  });

  it('is one a resource', async () => {
    const { said } = await start();
    const second = await start({ awayFrom: 'use1-az2' });
    expect(second).toMatchObject({ status: 409, error: 'ConflictException' });
    expect(second.said).toMatchObject({ reason: 'ZonalShiftAlreadyExists', zonalShiftId: said.zonalShiftId });
    await ask('DELETE', `/zonalshifts/${said.zonalShiftId}`);
    expect((await start({ awayFrom: 'use1-az2' })).status).toBe(201);
  });

  it('ends at its expiry', async () => {
    vi.useFakeTimers();
    const wanted = { resourceIdentifier: ARN, awayFrom: 'use1-az1', expiresIn: '1h', comment: '' };
    const { zonalShiftId } = await call(part, 'StartZonalShift', wanted);
    vi.advanceTimersByTime(3_599_999);
    expect(shifted).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(shifted.at(-1)).toEqual([ARN, null]);
    expect((await call(part, 'ListZonalShifts', { status: 'EXPIRED' })).items).toMatchObject([
      { zonalShiftId },
    ]);
    await expect(call(part, 'CancelZonalShift', { zonalShiftId })).rejects.toMatchObject({
      code: 'ConflictException',
      fields: { reason: 'ZonalShiftStatusNotActive' },
    });
  });

  it.each([
    [{ awayFrom: 'us-east-1a' }, 400, { reason: 'InvalidAz' }],
    [{ expiresIn: '73h' }, 400, { reason: 'InvalidExpiresIn' }],
    [{ expiresIn: '4321m' }, 400, { reason: 'InvalidExpiresIn' }],
    [{ expiresIn: '0m' }, 400, { reason: 'InvalidExpiresIn' }],
    [{ expiresIn: 'soon' }, 400, { reason: 'InvalidExpiresIn' }],
    [{ resourceIdentifier: `${ARN}2` }, 404, { message: expect.stringContaining('no such balancer') }],
    [{ resourceIdentifier: OFF }, 404, { message: expect.stringContaining('zonal shift is off') }],
  ])('with %j is refused with %i', async (more, status, said) => {
    const answer = await start(more);
    expect(answer.status).toBe(status);
    expect(answer.said).toMatchObject(said);
    expect(shifted).toEqual([]);
  });

  it('takes the longest time there is', async () => {
    expect((await start({ expiresIn: '72h' })).status).toBe(201);
  });

  it('that is not there cannot be cancelled', async () => {
    expect(await ask('DELETE', '/zonalshifts/none')).toMatchObject({
      status: 404,
      error: 'ResourceNotFoundException',
    });
  });

  it('goes on while the control planes are denied', async () => {
    endpoint.deny({ service: 'arc-zonal-shift', kind: 'control' });
    expect((await start()).status).toBe(201);
  });
});
