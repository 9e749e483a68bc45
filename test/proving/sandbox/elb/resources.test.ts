/** What templates may say, and what is refused by name. */

import net from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BUCKET, CERTIFICATE, openStage, type Stage, ZONES } from './support.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.end());

const Subnets = ZONES.map((zone) => `subnet-${zone}`);
const GROUP = { Port: 8080, Protocol: 'HTTP', TargetType: 'ip' };
const forward = () => [{ Type: 'forward', TargetGroupArn: stage.groupArn }];

test('attributes of what was made are what the CDK reads', async () => {
  const group = await stage.create('TargetGroup', GROUP);
  expect(group.attributes).toMatchObject({
    TargetGroupArn: group.physicalId,
    TargetGroupName: 'generated-Thing',
    LoadBalancerArns: [],
  });
  expect(group.attributes.TargetGroupFullName).toMatch(/^targetgroup\/generated-Thing\/[0-9a-f]{16}$/);
  const balancer = await stage.create('LoadBalancer', { Name: 'other', Subnets, Scheme: 'internal' });
  expect(balancer.attributes).toMatchObject({
    CanonicalHostedZoneID: 'Z35SXDOTRQ7X7K',
    LoadBalancerName: 'other',
    LoadBalancerArn: balancer.physicalId,
  });
  expect(balancer.attributes.DNSName).toMatch(/^internal-other-\d+\.us-east-1\.elb\.amazonaws\.com$/);
  await stage.remove('LoadBalancer', balancer.physicalId);
  expect(stage.dns.names.get(balancer.attributes.DNSName)).toBeUndefined();
});

test.each([
  [{ Subnets: [Subnets[0]] }, /at least two subnets/],
  [{ Subnets: [Subnets[0], Subnets[0]] }, /two subnets may not be in one Availability Zone/],
  [{ Subnets: ['subnet-elsewhere', Subnets[0]] }, /subnet-elsewhere is not of this sandbox/],
  [{ Subnets, Type: 'network' }, /application load balancers alone/],
  [{ Subnets, Nonsense: 1 }, /Nonsense/],
  [{ Name: 'demo-edge', Subnets }, /'demo-edge' exists already/],
  [
    { Subnets, LoadBalancerAttributes: [{ Key: 'idle_timeout.timeout_seconds', Value: '0' }] },
    /idle_timeout.timeout_seconds = '0'/,
  ],
  [{ Subnets, LoadBalancerAttributes: [{ Key: 'no.such', Value: '1' }] }, /no such attribute/],
  [
    {
      Subnets,
      LoadBalancerAttributes: [
        { Key: 'access_logs.s3.enabled', Value: 'true' },
        { Key: 'access_logs.s3.bucket', Value: 'nowhere' },
      ],
    },
    /no such bucket/,
  ],
])('a balancer with %j is refused', async (properties, rule) => {
  await expect(stage.create('LoadBalancer', properties)).rejects.toThrow(rule);
});

test.each([
  [{ ...GROUP, TargetType: 'instance' }, /the sandbox knows ip alone/],
  [{ Port: 80, Protocol: 'HTTP' }, /TargetType/],
  [{ ...GROUP, Protocol: 'HTTPS' }, /the sandbox knows HTTP alone/],
  [{ ...GROUP, HealthCheckIntervalSeconds: 4 }, /from 5 to 300/],
  [{ ...GROUP, HealthCheckIntervalSeconds: 5, HealthCheckTimeoutSeconds: 5 }, /less than the interval/],
  [{ ...GROUP, UnhealthyThresholdCount: 1 }, /from 2 to 10/],
  [{ ...GROUP, Matcher: { HttpCode: '99' } }, /codes and ranges/],
  [
    {
      ...GROUP,
      TargetGroupAttributes: [
        { Key: 'slow_start.duration_seconds', Value: '30' },
        { Key: 'load_balancing.algorithm.type', Value: 'least_outstanding_requests' },
      ],
    },
    /slow start needs load_balancing.algorithm.type round_robin/,
  ],
  [
    { ...GROUP, TargetGroupAttributes: [{ Key: 'stickiness.enabled', Value: 'true' }] },
    /stickiness.enabled = 'true'/,
  ],
])('a target group with %j is refused', async (properties, rule) => {
  await expect(stage.create('TargetGroup', properties)).rejects.toThrow(rule);
});

test('a listener needs a certificate for HTTPS, a free port, and a target group that is there', async () => {
  const listener = (given: Record<string, unknown>) =>
    stage.create('Listener', {
      LoadBalancerArn: stage.balancerArn,
      Port: stage.https,
      Protocol: 'HTTP',
      DefaultActions: forward(),
      ...given,
    });
  await expect(listener({ Protocol: 'HTTPS' })).rejects.toThrow(/needs one certificate/);
  await expect(
    listener({ Protocol: 'HTTPS', Certificates: [{ CertificateArn: `${CERTIFICATE}-not` }] }),
  ).rejects.toThrow(/no certificate/);
  await expect(listener({ Port: stage.http })).rejects.toThrow(/already exists on port/);
  const missing = [{ Type: 'forward', TargetGroupArn: 'arn:nothing' }];
  await expect(listener({ DefaultActions: missing })).rejects.toThrow(/'arn:nothing' not found/);
});

test('a port that is taken on this machine is named, with what to do, and leaves no listener', async () => {
  const taker = net.createServer().listen(0, '0.0.0.0');
  await once(taker, 'listening');
  const bound = taker.address();
  const port = typeof bound === 'object' ? (bound?.port ?? 0) : 0;
  const made = stage.create('Listener', {
    LoadBalancerArn: stage.balancerArn,
    Port: port,
    Protocol: 'HTTP',
    DefaultActions: forward(),
  });
  await expect(made).rejects.toThrow(
    new RegExp(`port ${port} .*EADDRINUSE.*stop what listens on 0.0.0.0:${port}`),
  );
  taker.close();
  const { Listeners } = await stage.call('DescribeListeners', { LoadBalancerArn: stage.balancerArn });
  expect(Listeners.map((one: any) => one.Port)).toEqual([stage.http]);
});

test('a rule needs a condition that the sandbox knows, and a priority of its own', async () => {
  const [listener] = (await stage.call('DescribeListeners', { LoadBalancerArn: stage.balancerArn }))
    .Listeners;
  const rule = (Conditions: unknown, Priority: unknown = 1) =>
    stage.create('ListenerRule', {
      ListenerArn: listener.ListenerArn,
      Priority,
      Conditions,
      Actions: forward(),
    });
  await expect(rule([{ Field: 'source-ip', Values: ['10.0.0.0/8'] }])).rejects.toThrow(
    /must be one of path-pattern/,
  );
  await expect(rule([])).rejects.toThrow(/needs a condition/);
  await expect(rule([{ Field: 'path-pattern', Values: ['/a'] }], 0)).rejects.toThrow(/Priority/);
  await rule([{ Field: 'path-pattern', Values: ['/a'] }]);
  await expect(rule([{ Field: 'path-pattern', Values: ['/b'] }])).rejects.toThrow(/currently in use/);
});

test('a balancer that is protected is not deleted', async () => {
  const balancer = await stage.create('LoadBalancer', {
    Name: 'protected',
    Subnets,
    LoadBalancerAttributes: [
      { Key: 'deletion_protection.enabled', Value: 'true' },
      { Key: 'access_logs.s3.enabled', Value: 'true' },
      { Key: 'access_logs.s3.bucket', Value: BUCKET },
    ],
  });
  await expect(stage.remove('LoadBalancer', balancer.physicalId)).rejects.toThrow(/deletion protection/);
  await stage.update('LoadBalancer', balancer.physicalId, {
    Name: 'protected',
    Subnets: Subnets.slice(0, 2),
  });
  const mine = stage.balancing.balancers.list().filter(({ id }) => id.startsWith('protected/'));
  expect(mine.map(({ az }) => az)).toEqual(ZONES.slice(0, 2));
  await stage.remove('LoadBalancer', balancer.physicalId);
});
