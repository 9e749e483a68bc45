/** What is told of requests afterwards: access logs and metrics. */

import zlib from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BUCKET, eventually, openStage, type Stage, type TestTarget } from './support.ts';

const TRACE = 'Root=1-67891233-abcdef012345678912345678';

let stage: Stage;
let target: TestTarget;

beforeAll(async () => {
  stage = await openStage({
    pace: 60,
    balancerAttributes: {
      'access_logs.s3.enabled': 'true',
      'access_logs.s3.bucket': BUCKET,
      'access_logs.s3.prefix': 'edge',
    },
  });
  target = await stage.registered();
  await stage.ask('/goods?page=2', { headers: { 'x-amzn-trace-id': TRACE, 'user-agent': 'a "client"' } });
  await stage.ask('/?status=500');
  await stage.ask('/reset');
});
afterAll(() => stage?.end());

const lines = () =>
  [...stage.objects.values()].flatMap((body) => zlib.gunzipSync(body).toString().trim().split('\n'));

/** Fields of a line: quoted ones are one. */
const fields = (line: string) => [...line.matchAll(/"[^"]*"|\S+/g)].map(([field]) => field);

test('a trace id is found in the access log, in the bucket, in a line of ALB', async () => {
  const line = await eventually('it is delivered', () => lines().find((one) => one.includes(TRACE)));
  const told = fields(line);
  expect(told).toHaveLength(30);
  expect(told[0]).toBe('http');
  expect(told[2]).toMatch(/^app\/demo-edge\/[0-9a-f]{16}$/);
  expect(told[4]).toBe(target.id);
  expect(told.slice(8, 10)).toEqual(['200', '200']);
  expect(told[12]).toMatch(/^"GET http:\/\/shop\.demo\.example\.com:\d+\/goods\?page=2 HTTP\/1\.1"$/);
  expect(told[13]).toBe(String.raw`"a \x22client\x22"`);
  expect(told[16]).toBe(stage.groupArn);
  expect(told[17]).toMatch(/^"Self=1-[0-9a-f]{8}-[0-9a-f]{24};Root=1-67891233-abcdef012345678912345678"$/);
  expect(told.slice(20, 21)).toEqual(['0']);
  expect(told[22]).toBe('"forward"');
});

test('a request whose target failed has -1 for what did not happen', async () => {
  const line = await eventually('it is delivered', () => lines().find((one) => one.includes('/reset')));
  const told = fields(line);
  expect(told.slice(6, 10)).toEqual(['-1', '-1', '502', '-']);
});

test('a file of the log is named as AWS names it', async () => {
  const key = await eventually('it is delivered', () => [...stage.objects.keys()][0]);
  const day = String.raw`\d{4}/\d\d/\d\d`;
  const file = String.raw`123456789012_elasticloadbalancing_us-east-1_app\.demo-edge\.[0-9a-f]{16}_\d{8}T\d{4}Z_127\.254\.\d+\.\d+_[0-9a-f]{8}\.log\.gz`;
  expect(key).toMatch(
    new RegExp(`^edge/AWSLogs/123456789012/elasticloadbalancing/us-east-1/${day}/${file}$`),
  );
});

test('metrics carry the names and dimensions that alarms use', async () => {
  const balancer = stage.balancerArn.split(':loadbalancer/')[1]!;
  const group = stage.groupArn.split(':')[5]!;
  const sum = (name: string, dimensions: Record<string, string>) =>
    stage.metrics
      .filter((one) => one.name === name && JSON.stringify(one.dimensions) === JSON.stringify(dimensions))
      .reduce((total, { value }) => total + value, 0);
  const ofBalancer = { LoadBalancer: balancer };
  const ofGroup = { TargetGroup: group, LoadBalancer: balancer };
  await eventually('they are put', () => sum('RequestCount', ofBalancer) === 3);
  expect(sum('HTTPCode_ELB_5XX_Count', ofBalancer)).toBe(1);
  expect(sum('HTTPCode_Target_5XX_Count', ofGroup)).toBe(1);
  expect(sum('HTTPCode_Target_2XX_Count', ofBalancer)).toBe(1);
  expect(sum('RequestCount', { ...ofGroup, AvailabilityZone: stage.node().az })).toBe(3);
  const times = stage.metrics.filter(({ name }) => name === 'TargetResponseTime');
  expect(times.every(({ value, unit }) => value > 0 && value < 5 && unit === 'Seconds')).toBe(true);
  const healthy = stage.metrics.filter(({ name }) => name === 'HealthyHostCount').at(-1);
  expect(healthy).toMatchObject({ value: 1, dimensions: ofGroup, namespace: 'AWS/ApplicationELB' });
  await target.kill();
  await eventually('it is told', () =>
    stage.metrics.some(({ name, value }) => name === 'UnHealthyHostCount' && value === 1),
  );
  await stage.ask('/');
  await eventually('the refusal is told', () => sum('TargetConnectionErrorCount', ofGroup) === 1);
});
