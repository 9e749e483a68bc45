/** Which targets take requests: health, draining, failing open, slow start. */

import { afterEach, expect, test } from 'vitest';
import {
  eventually,
  openStage,
  pause,
  type Stage,
  type StageOptions,
  type TestTarget,
  ZONES,
} from './support.ts';

let stage: Stage;
afterEach(() => stage?.end());

async function open(options: StageOptions = {}): Promise<Stage> {
  stage = await openStage(options);
  return stage;
}

/** Who answered each of so many requests, in order; a status where it is not 200. */
async function answers(count: number, path = '/'): Promise<string[]> {
  const told: string[] = [];
  for (let one = 0; one < count; one++) {
    const { status, json } = await stage.ask(path);
    told.push(status === 200 ? json.target : String(status));
  }
  return told;
}

const times = (told: readonly string[], { id }: TestTarget) => told.filter((one) => one === id).length;

test('without a target a request is a 503', async () => {
  await open();
  expect((await stage.ask('/')).status).toBe(503);
});

test('targets take turns', async () => {
  await open();
  const [one, other] = [await stage.registered(0), await stage.registered(1)];
  const told = await answers(10);
  expect([times(told, one), times(told, other)]).toEqual([5, 5]);
});

test('a new target is initial until its first good check, and takes no request before', async () => {
  await open();
  const old = await stage.registered();
  const fresh = await stage.target(1);
  await fresh.setHealth(503);
  stage.balancing.targetGroups.register(stage.groupArn, fresh);
  expect(stage.state(fresh)).toBe('initial');
  expect(times(await answers(6), old)).toBe(6);
  await eventually('it is unhealthy', () => stage.state(fresh) === 'unhealthy');
  await fresh.setHealth(200);
  await eventually('it is healthy', () => stage.state(fresh) === 'healthy');
  expect(times(await answers(6), fresh)).toBe(3);
});

test('a killed target fails requests until two checks in a row have failed', async () => {
  await open({ pace: 10 });
  const [dead, living] = [await stage.registered(0), await stage.registered(1)];
  await dead.kill();
  const told = await answers(4);
  expect(told.filter((one) => one === '502')).toHaveLength(2);
  expect(times(told, living)).toBe(2);
  await eventually('it is unhealthy', () => stage.state(dead) === 'unhealthy');
  const health = await stage.call('DescribeTargetHealth', { TargetGroupArn: stage.groupArn });
  const shown = health.TargetHealthDescriptions.find((one: any) => one.Target.Id === dead.address);
  expect(shown.TargetHealth).toMatchObject({ State: 'unhealthy', Reason: 'Target.FailedHealthChecks' });
  await eventually('all nodes know', async () => times(await answers(6), living) === 6);
});

test('a stopped target is seen by the time-out of its checks', async () => {
  await open({ pace: 10 });
  const [hanging, living] = [await stage.registered(0), await stage.registered(1)];
  hanging.child.kill('SIGSTOP');
  await eventually('it is unhealthy', () => stage.state(hanging) === 'unhealthy');
  const health = await stage.call('DescribeTargetHealth', { TargetGroupArn: stage.groupArn });
  const shown = health.TargetHealthDescriptions.find((one: any) => one.Target.Id === hanging.address);
  expect(shown.TargetHealth.Reason).toBe('Target.Timeout');
  await eventually('nobody waits for it', async () => times(await answers(4), living) === 4);
  hanging.child.kill('SIGCONT');
  await eventually('it is back', () => stage.state(hanging) === 'healthy');
});

test('where no target is healthy all take requests', async () => {
  await open();
  const [one, other] = [await stage.registered(0), await stage.registered(1)];
  for (const target of [one, other]) await target.setHealth(500);
  await eventually('both are unhealthy', () =>
    [one, other].every((target) => stage.state(target) === 'unhealthy'),
  );
  await eventually('node 0 knows', async () => {
    const told = await answers(8);
    return times(told, one) === 4 && times(told, other) === 4;
  });
});

test('where fewer are healthy than the minimum all take requests', async () => {
  const key = 'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count';
  await open({ groupAttributes: { [key]: '2' } });
  const [well, sick] = [await stage.registered(0), await stage.registered(1)];
  await sick.setHealth(500);
  await eventually('it is unhealthy', () => stage.state(sick) === 'unhealthy');
  const told = await answers(8);
  expect([times(told, well), times(told, sick)]).toEqual([4, 4]);
  const strict = [{ Key: key, Value: '1' }];
  await stage.call('ModifyTargetGroupAttributes', { TargetGroupArn: stage.groupArn, Attributes: strict });
  await eventually('node 0 knows', async () => times(await answers(6), well) === 6);
});

test('with cross-zone routing off a node uses the targets of its zone alone', async () => {
  await open({ groupAttributes: { 'load_balancing.cross_zone.enabled': 'false' } });
  const [near, far] = [await stage.registered(0), await stage.registered(1)];
  expect(times(await answers(4), near)).toBe(4);
  const other = await stage.ask('/', { node: stage.node(1) });
  expect(other.json.target).toBe(far.id);
  expect((await stage.ask('/', { node: stage.node(2) })).status).toBe(503);
});

test('a target leaves under load without a failed request', async () => {
  await open({ pace: 20 });
  const [leaving, staying] = [await stage.registered(0), await stage.registered(1)];
  const over = new AbortController();
  const told: string[] = [];
  const clients = Array.from({ length: 8 }, async (_, client) => {
    while (!over.signal.aborted) {
      const { status, json } = await stage.ask('/?wait=50', { node: stage.node(client % 3) });
      told.push(status === 200 ? json.target : String(status));
    }
  });
  await pause(300);
  const left = stage.balancing.targetGroups.deregister(stage.groupArn, leaving);
  expect(stage.state(leaving)).toBe('draining');
  await left;
  expect(stage.state(leaving)).toBe('unused');
  await leaving.kill();
  const before = told.length;
  await pause(300);
  over.abort();
  await Promise.all(clients);
  expect(told.filter((one) => one !== leaving.id && one !== staying.id)).toEqual([]);
  expect(times(told, leaving)).toBeGreaterThan(0);
  expect(told.slice(before).length).toBeGreaterThan(0);
});

test('a request that outlasts the deregistration delay is a 502', async () => {
  await open({ groupAttributes: { 'deregistration_delay.timeout_seconds': '20' } });
  const target = await stage.registered();
  const asked = stage.ask('/late?wait=10000');
  await eventually('it has arrived', () => target.arrived.includes('/late'));
  const started = performance.now();
  await stage.balancing.targetGroups.deregister(stage.groupArn, target);
  expect(performance.now() - started).toBeGreaterThan(400);
  expect((await asked).status).toBe(502);
});

test('a target that is registered again while it drains stays', async () => {
  await open();
  const target = await stage.registered();
  const asked = stage.ask('/held?wait=400');
  await eventually('it has arrived', () => target.arrived.includes('/held'));
  const left = stage.balancing.targetGroups.deregister(stage.groupArn, target);
  stage.balancing.targetGroups.register(stage.groupArn, target);
  await left;
  await eventually('it is healthy', () => stage.state(target) === 'healthy');
  await asked;
  expect((await stage.ask('/')).json.target).toBe(target.id);
});

test('slow start leads requests to a new target little by little', async () => {
  await open({ pace: 5, groupAttributes: { 'slow_start.duration_seconds': '30' } });
  const old = await stage.registered(0);
  await pause(1_000);
  const fresh = await stage.registered(1);
  const first = await answers(20);
  expect(times(first, fresh)).toBeLessThan(8);
  expect(times(first, old)).toBeGreaterThan(12);
  await pause(6_200);
  expect(times(await answers(20), fresh)).toBe(10);
});

test('least outstanding requests spares a slow target', async () => {
  await open({ groupAttributes: { 'load_balancing.algorithm.type': 'least_outstanding_requests' } });
  const [one, other] = [await stage.registered(0), await stage.registered(1)];
  const slow = stage.ask('/slow?wait=5000');
  const busy = (
    await eventually('it has arrived', () => [one, other].find(({ arrived }) => arrived.includes('/slow')))
  ).id;
  const told = await answers(6);
  await slow;
  expect(told).toEqual(Array(6).fill(busy === one.id ? other.id : one.id));
});

test('a target of a zone that the balancer has not is unused', async () => {
  await open();
  const target = await stage.target();
  const stray = { ...target, az: 'us-east-1f' };
  stage.balancing.targetGroups.register(stage.groupArn, stray);
  await pause(300);
  expect(stage.state(stray)).toBe('unused');
  expect(ZONES).not.toContain(stray.az);
  expect((await stage.ask('/')).status).toBe(503);
});
