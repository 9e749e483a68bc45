import { describe, expect, it } from 'vitest';
import { METRIC } from '../../../lambdas/dns-failover/contract.ts';
import { setUp, setUpHung, streamEvent, taskEvent } from './rig.ts';

describe('targets', () => {
  it('keeps the list that the probers read', async () => {
    const rig = setUp();
    await rig.run();
    expect(rig.front.targets).toMatchObject({ kind: 'targets', env: 'demo', healthPath: '/health' });
    expect(
      rig.front.targets?.targets.map(({ memberId, az, registered }) => [memberId, az, registered]),
    ).toEqual([
      ['10.0.1.10:8080', 'eu-west-1a', true],
      ['10.0.2.10:8080', 'eu-west-1b', true],
      ['10.0.3.10:8080', 'eu-west-1c', true],
    ]);
  });

  it('writes one metric while all is well, whether the edge answers: others would cost without telling anything', async () => {
    const rig = setUp();
    await rig.run();
    rig.metrics.groups.splice(0);
    await rig.minutes(3);
    const names = rig.metrics.groups.flatMap(({ values }) => values.map(({ name }) => name));
    expect(new Set(names)).toEqual(new Set([METRIC.edgeHealthy]));
  });

  it('I-06: a target that two zones see failing leaves every group; one zone alone moves nothing', async () => {
    const rig = await setUpHung();
    rig.world.deaf.add('eu-west-1b').add('eu-west-1c');
    expect((await rig.run(streamEvent())).summary).toContain('one-viewpoint');
    expect(rig.world.stands(0)).toBe(2);
    rig.world.deaf.clear();
    await rig.run(streamEvent());
    expect(rig.world.stands(0)).toBe(0);
  });

  it('F-06: blind probers accuse nobody', async () => {
    const rig = await setUpHung();
    rig.world.blind.add('eu-west-1a').add('eu-west-1b');
    await rig.run(streamEvent());
    expect(rig.world.calls).toEqual([]);
  });

  it('I-30: silent probers accuse nobody', async () => {
    const rig = setUp();
    await rig.run();
    for (const zone of ['eu-west-1a', 'eu-west-1b', 'eu-west-1c']) rig.world.silent.add(zone);
    await rig.minutes(3);
    expect(rig.world.calls.filter(({ api }) => api !== 'repair')).toEqual([]);
  });

  it('I-04, F-25: when all fail and the balancers call them healthy, nothing is done', async () => {
    const rig = setUp({ tasksPerZone: 2 });
    await rig.run();
    for (let task = 0; task < 6; task += 1) rig.world.hang(task, 'error');
    rig.clock.advance(2500);
    await rig.run(streamEvent());
    await rig.minutes(2);
    expect(rig.world.calls).toEqual([]);
    expect(rig.metrics.values(METRIC.targetsLow)).toContain(1);
  });

  it('I-03, I-05: of three that fail one after the other, one leaves and the others stay', async () => {
    const rig = await setUpHung();
    rig.world.hang(1);
    rig.clock.advance(2500);
    await rig.run(streamEvent());
    await rig.minutes(3);
    const left = [0, 1, 2].filter((task) => rig.world.stands(task) === 0);
    expect(left.length).toBeLessThanOrEqual(1);
    expect(rig.world.stands(2)).toBe(2);
  });

  it('comes back when it is healthy for two zones and the hold is over, not before', async () => {
    const rig = await setUpHung();
    await rig.run(streamEvent());
    rig.world.heal(0);
    rig.clock.advance(8000);
    await rig.run(streamEvent());
    const back = rig.world.calls.find(({ api }) => api === 'register')!;
    expect(rig.world.stands(0)).toBe(2);
    expect(back.at - rig.world.tasks[0]!.upAt).toBeGreaterThanOrEqual(15_000);
  });

  it('forgets a task that ECS has stopped, also one that we took out', async () => {
    const rig = await setUpHung();
    await rig.run(streamEvent());
    expect(rig.front.targets?.targets).toHaveLength(3);
    rig.world.stop(0);
    await rig.run(taskEvent('10.0.1.10'));
    expect(rig.front.targets?.targets.map(({ memberId }) => memberId)).not.toContain('10.0.1.10:8080');
  });

  it('I-14: takes out what still stands after ECS has stopped its task, and forgets it', async () => {
    const rig = await setUpHung();
    rig.world.tasks[0]!.says = 'unhealthy';
    expect((await rig.run(streamEvent())).summary).toContain('not-in-service');
    await rig.run(taskEvent('10.0.1.10'));
    expect(rig.world.stands(0)).toBe(0);
    expect(rig.front.targets?.targets.map(({ memberId }) => memberId)).not.toContain('10.0.1.10:8080');
  });

  it('I-14: remembers what ECS has told until the probers and the balancer agree', async () => {
    const rig = setUp();
    await rig.run();
    await rig.run(taskEvent('10.0.1.10'));
    expect(rig.world.calls).toEqual([]);
    rig.world.hang(0);
    rig.world.tasks[0]!.says = 'unhealthy';
    rig.clock.advance(2500);
    await rig.run(streamEvent());
    expect(rig.world.stands(0)).toBe(0);
  });

  it('I-14: takes back what it registered and nobody gets an answer from, though the word of ECS was lost', async () => {
    const rig = await setUpHung();
    await rig.run(streamEvent());
    rig.world.heal(0);
    rig.clock.advance(8000);
    await rig.run(streamEvent());
    expect(rig.world.stands(0)).toBe(2);
    rig.world.hang(0);
    rig.world.tasks[0]!.says = 'unhealthy';
    rig.clock.advance(2500);
    await rig.run(streamEvent());
    expect(rig.world.stands(0)).toBe(2);
    await rig.minutes(2);
    expect(rig.world.stands(0)).toBe(0);
  });

  it('SEC-07: a task of another cluster, and an event of another table, move nothing', async () => {
    const rig = setUp();
    const foreign = JSON.parse(JSON.stringify(streamEvent()).replaceAll('demo-front', 'other')) as unknown;
    expect(await rig.run(taskEvent('10.0.1.10', 'other'))).toMatchObject({ trigger: 'refused', ran: false });
    expect(await rig.run(foreign)).toMatchObject({ trigger: 'refused', ran: false });
  });

  it('the pause and the mode observe stop the calls; the mode is read at the write', async () => {
    const rig = await setUpHung();
    rig.set({ paused: true });
    expect((await rig.run(streamEvent())).summary).toContain('paused by ana');
    rig.set({ mode: 'observe' });
    expect((await rig.run(streamEvent())).summary).toContain('would deregister');
    expect(rig.world.calls).toEqual([]);
    expect(rig.ledger()).toEqual(['deregister observed']);
  });
});
