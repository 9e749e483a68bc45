/** Nodes of a balancer die, hang, come back, and are led away from. */

import { once } from 'node:events';
import net from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually, openStage, pause, type Stage } from './support.ts';

/** A node leaves the name after 3 s and is replaced after 6 s. */
const PACE = 20;

let stage: Stage;
beforeEach(async () => {
  stage = await openStage({ pace: PACE, balancerAttributes: { 'zonal_shift.config.enabled': 'true' } });
});
afterEach(() => stage?.end());

const answered = () => stage.dns.names.get(stage.dnsName)?.values ?? [];
const addresses = (...zones: number[]) => zones.map((zone) => stage.node(zone).address);

test('the name leads to every node, for a minute, under both of its spellings', async () => {
  for (const zone of [0, 1, 2]) await stage.registered(zone);
  expect(stage.dnsName).toMatch(/^demo-edge-\d+\.us-east-1\.elb\.amazonaws\.com$/);
  await eventually('all are answered', () => answered().length === 3);
  expect(stage.dns.names.get(stage.dnsName)?.ttlS).toBe(60);
  expect(stage.dns.names.get(`dualstack.${stage.dnsName}`)?.values).toEqual(answered());
  expect(new Set(stage.balancing.balancers.list().map(({ pid }) => pid)).size).toBe(3);
});

test('a node that is killed refuses at once, leaves the name, and is replaced at its address', async () => {
  await stage.registered(1);
  const { pid, address } = stage.node();
  process.kill(pid!, 'SIGKILL');
  await eventually('it is gone', () => stage.node().pid === null);
  await expect(stage.ask('/')).rejects.toThrow(/ECONNREFUSED/);
  expect(answered()).toContain(address);
  await eventually('it has left the name', () => !answered().includes(address));
  expect(answered()).toEqual(addresses(1, 2));
  expect(stage.node().published).toBe(false);
  await eventually('it is replaced', () => stage.node().pid !== null);
  await eventually('it is answered again', () => answered().includes(address));
  await eventually('it serves', async () => (await stage.ask('/')).status === 200);
});

test('a node that hangs leaves the name, and is back when it wakes', async () => {
  await stage.registered(1);
  const { pid, address } = stage.node();
  process.kill(pid!, 'SIGSTOP');
  await eventually('it has left the name', () => !answered().includes(address));
  expect(stage.node().pid).toBe(pid);
  process.kill(pid!, 'SIGCONT');
  await eventually('it is answered again', () => answered().includes(address));
  expect((await stage.ask('/')).status).toBe(200);
});

test('I-03: the name is never empty, though every node hangs', async () => {
  const pids = [0, 1, 2].map((zone) => stage.node(zone).pid!);
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  await pause(4_000);
  expect(answered()).toHaveLength(3);
  for (const pid of pids) process.kill(pid, 'SIGCONT');
});

test('a target that drains when a node dies does not wait for that node', async () => {
  const target = await stage.registered(1);
  const asked = stage.ask('/lost?wait=20000').catch(() => 'lost');
  await eventually('it has arrived', () => target.arrived.includes('/lost'));
  process.kill(stage.node().pid!, 'SIGKILL');
  expect(await asked).toBe('lost');
  const started = performance.now();
  await stage.balancing.targetGroups.deregister(stage.groupArn, target);
  expect(performance.now() - started).toBeLessThan(10_000);
});

test('a zonal shift leads away from a zone: its node leaves the name, its targets take nothing', async () => {
  const [away, kept] = [await stage.registered(0), await stage.registered(1)];
  const { balancers } = stage.balancing;
  const zone = stage.node().az;
  balancers.shiftAway(stage.balancerArn, zone);
  expect(answered()).toEqual(addresses(1, 2));
  await eventually('nodes know', async () => {
    const told = await Promise.all([1, 2, 1, 2].map((one) => stage.ask('/', { node: stage.node(one) })));
    return told.every(({ json }) => json.target === kept.id);
  });
  const health = await stage.call('DescribeTargetHealth', {
    TargetGroupArn: stage.groupArn,
    Targets: [{ Id: away.address, Port: away.port }],
  });
  expect(health.TargetHealthDescriptions[0].AdministrativeOverride.State).toBe('zonal_shift_active');
  balancers.shiftAway(stage.balancerArn, null);
  expect(answered()).toEqual(addresses(0, 1, 2));
});

test('a shift has no effect while the balancer fails open', async () => {
  const target = await stage.registered(0);
  await target.setHealth(500);
  await eventually('it is unhealthy', () => stage.state(target) === 'unhealthy');
  stage.balancing.balancers.shiftAway(stage.balancerArn, stage.node().az);
  await pause(200);
  expect(answered()).toHaveLength(3);
  expect((await stage.ask('/', { node: stage.node(1) })).json.target).toBe(target.id);
});

test('a shift needs the attribute, and a zone of the balancer', async () => {
  const shift = (zone: string) => stage.balancing.balancers.shiftAway(stage.balancerArn, zone);
  expect(() => shift('us-east-1f')).toThrow(/us-east-1f is no zone/);
  const Subnets = stage.balancing.balancers.list().map(({ az }) => `subnet-${az}`);
  await stage.update('LoadBalancer', stage.balancerArn, { Name: 'demo-edge', Subnets });
  expect(() => shift(stage.node().az)).toThrow(/zonal_shift.config.enabled/);
});

test('Route 53 takes a balancer for healthy while a target is, and a name of nobody for nothing', async () => {
  const { balancers } = stage.balancing;
  expect(balancers.isHealthy(stage.dnsName)).toBe(false);
  const target = await stage.registered(0);
  expect(balancers.isHealthy(stage.dnsName)).toBe(true);
  expect(balancers.isHealthy(`dualstack.${stage.dnsName}.`)).toBe(true);
  await target.setHealth(500);
  await eventually('it is not healthy', () => balancers.isHealthy(stage.dnsName) === false);
  expect(balancers.isHealthy('www.example.com')).toBe(null);
});

test('one node that cannot reach a target is outvoted, and its view goes with it', async () => {
  const target = await stage.registered(1);
  await stage.registered(2);
  const others = async (zone: number) => {
    const told = [
      await stage.ask('/', { node: stage.node(zone) }),
      await stage.ask('/', { node: stage.node(zone) }),
    ];
    return told.every(({ json }) => json.target !== target.id);
  };
  await target.setSickFor(stage.node(0).address);
  await eventually('node 0 sees it', () => others(0));
  expect(stage.state(target)).toBe('healthy');
  process.kill(stage.node(0).pid!, 'SIGKILL');
  await target.setSickFor(null);
  await eventually('it is replaced', () => stage.node(0).pid !== null);
  await eventually('it serves', () =>
    stage
      .ask('/')
      .then(({ status }) => status === 200)
      .catch(() => false),
  );
  await target.setSickFor(stage.node(1).address);
  await eventually('node 1 sees it', () => others(1));
  expect(stage.state(target)).toBe('healthy');
});

test('a node that cannot be replaced stays out of the name, and is tried again', async () => {
  await stage.registered(1);
  const { address, ports, pid } = stage.node();
  process.kill(pid!, 'SIGKILL');
  await eventually('it is gone', () => stage.node().pid === null);
  const taker = net.createServer().listen(ports[0], address);
  await once(taker, 'listening');
  await eventually('it has left the name', () => !answered().includes(address));
  const seen = new Set<boolean>();
  const end = performance.now() + 7_000;
  while (performance.now() < end) {
    seen.add(answered().includes(address));
    await pause(20);
  }
  expect([...seen]).toEqual([false]);
  taker.close();
  await eventually('it is replaced', () => answered().includes(address));
});
