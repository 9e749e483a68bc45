import { describe, expect, it } from 'vitest';
import { isHealthy, throttleMs, AWS_TIMINGS } from '../../../../proving/twin/ecs/index.ts';
import { GOOD, isSteady, revision, Rig, steady } from './support.ts';

describe('a task whose process ends', () => {
  it('is noticed after some seconds, and replaced in its zone', () => {
    const rig = steady();
    const [lost] = rig.state.tasks;
    rig.input({ kind: 'exited', task: lost!.id });
    rig.run(AWS_TIMINGS.noticeMs - 1);
    expect(rig.live).toHaveLength(3);
    rig.run(1);
    expect(rig.state.tasks.some(({ id }) => id === lost!.id)).toBe(false);
    rig.until(isSteady);
    expect(rig.state.tasks.map(({ az }) => az).toSorted()).toEqual(['eu-a', 'eu-b', 'eu-c']);
    expect(rig.state.tasks.at(-1)?.az).toBe(lost!.az);
  });

  it('that checks find first is gone for good, and leaves once', () => {
    const rig = steady();
    const [lost] = rig.state.tasks;
    rig.run(60_000);
    rig.input({ kind: 'exited', task: lost!.id });
    rig.input({ kind: 'checked', task: lost!.id, targets: 'unhealthy' });
    rig.until(isSteady);
    expect(rig.ids('stopped').filter((id) => id === lost!.id)).toHaveLength(1);
  });
});

describe('a task that fails its checks', () => {
  it('is replaced first and stopped when its replacement is healthy', () => {
    const rig = steady();
    const [, sick] = rig.state.tasks;
    rig.run(60_000);
    rig.input({ kind: 'checked', task: sick!.id, targets: 'unhealthy' });
    expect(rig.live).toHaveLength(4);
    expect(rig.live.find(({ id }) => id === sick!.id)?.phase).toBe('running');
    rig.until(isSteady);
    expect(rig.state.tasks.some(({ id }) => id === sick!.id)).toBe(false);
    expect(rig.state.tasks.map(({ az }) => az).toSorted()).toEqual(['eu-a', 'eu-b', 'eu-c']);
    expect(rig.messages).toContain(`(service web) (task ${sick!.id}) failed ELB health checks.`);
  });

  it('without room for a replacement goes first, one by one', () => {
    const rig = steady({ maximumPercent: 100, minimumHealthyPercent: 50 });
    rig.run(60_000);
    let leaving = 0;
    rig.watch = () => (leaving = Math.max(leaving, 3 - rig.live.filter((task) => !task.isFailing).length));
    const [first, second] = rig.state.tasks;
    rig.input({ kind: 'checked', task: first!.id, targets: 'unhealthy' });
    rig.input({ kind: 'checked', task: second!.id, targets: 'unhealthy' });
    const stopping = rig.state.tasks.filter(({ phase }) => phase === 'deregistering');
    expect(stopping).toHaveLength(1);
    rig.until(isSteady);
    expect(rig.state.tasks).toHaveLength(3);
  });

  it('is left alone while its grace lasts', () => {
    const rig = new Rig({ graceMs: 120_000 });
    rig.deploy('v1', { bootMs: 1_000, healthyMs: null });
    rig.run(30_000 + 1_000 + 119_000);
    expect(rig.messages.some((text) => text.includes('failed'))).toBe(false);
    rig.run(2_000);
    expect(rig.messages.some((text) => text.includes('failed ELB health checks'))).toBe(true);
  });

  it('and recovers before it is replaced, stays', () => {
    const rig = steady();
    const [sick] = rig.state.tasks;
    rig.run(60_000);
    rig.input({ kind: 'checked', task: sick!.id, targets: 'unhealthy' });
    rig.run(5_000);
    rig.input({ kind: 'checked', task: sick!.id, targets: 'healthy' });
    rig.until(isSteady);
    expect(rig.state.tasks.map(({ id }) => id)).toContain(sick!.id);
  });
});

describe('the stop of a task', () => {
  it('deregisters, waits for the drain, sends SIGTERM, and SIGKILL after the time-out', () => {
    const rig = steady();
    rig.ignoresSigterm = true;
    const [task] = rig.state.tasks;
    const from = rig.effects.length;
    rig.input({ kind: 'stop-requested', task: task!.id, reason: 'a drill' });
    rig.until(() => rig.ids('stopped').includes(task!.id));
    const own = rig.effects.slice(from).flatMap((effect) => {
      if (effect.kind === 'deregister' || effect.kind === 'terminate' || effect.kind === 'kill') {
        return effect.task === task!.id ? [effect.kind] : [];
      }
      return effect.kind === 'stopped' && effect.task.id === task!.id ? [effect.task.stop?.text] : [];
    });
    expect(own).toEqual(['deregister', 'terminate', 'kill', 'a drill']);
  });

  it('takes one that does not run yet away at once', () => {
    const rig = new Rig();
    rig.deploy('v1', GOOD);
    const [task] = rig.state.tasks;
    rig.input({ kind: 'stop-requested', task: task!.id, reason: 'too early' });
    expect(rig.state.tasks.some(({ id }) => id === task!.id)).toBe(false);
    rig.until(isSteady);
  });

  it('of a deleted service ends every task, then the service', () => {
    const rig = steady();
    rig.input({ kind: 'deleted' });
    rig.until(() => rig.state.status === 'INACTIVE');
    expect(rig.state.tasks).toEqual([]);
  });
});

describe('scaling', () => {
  it('in keeps the zones balanced', () => {
    const rig = steady({ desiredCount: 6 });
    // The youngest are all of one zone.
    for (const { id } of rig.state.tasks.filter(({ az }) => az === 'eu-b'))
      rig.input({ kind: 'exited', task: id });
    rig.run(60_000);
    rig.until(isSteady);
    rig.deploy('v1', GOOD, { desiredCount: 4 });
    rig.until(isSteady);
    const counts = ['eu-a', 'eu-b', 'eu-c'].map(
      (az) => rig.state.tasks.filter((task) => task.az === az).length,
    );
    expect(counts.toSorted((a, b) => a - b)).toEqual([1, 1, 2]);
  });

  it('out is no deployment', () => {
    const rig = steady();
    rig.deploy('v1', GOOD, { desiredCount: 5 });
    rig.until(isSteady);
    expect(rig.state.tasks).toHaveLength(5);
    expect(rig.deploymentEvents).toHaveLength(2);
  });

  it('to none is steady without tasks', () => {
    const rig = steady();
    rig.deploy('v1', GOOD, { desiredCount: 0 });
    rig.until(isSteady);
    expect(rig.state.tasks).toEqual([]);
  });
});

describe('a start that fails', () => {
  it('is tried again after longer and longer', () => {
    expect([0, 1, 2, 3, 20].map((failures) => throttleMs(failures, AWS_TIMINGS))).toEqual([
      0,
      10_000,
      20_000,
      40_000,
      27 * 60_000,
    ]);
    const rig = new Rig({ desiredCount: 1, circuitBreaker: { enable: false, rollback: false } });
    rig.deploy('v1', { bootMs: 0, healthyMs: null, cannotStart: true });
    rig.run(3_600_000);
    expect(rig.ids('start').length).toBeLessThan(15);
    expect(rig.messages).toContain('(service web) is unable to consistently start tasks successfully.');
    rig.deploy('v2', GOOD);
    rig.until(isSteady, 60_000);
  });
});

describe('the health of a task', () => {
  it('without any check counts 40 s after it runs', () => {
    const rig = new Rig({ hasTargets: false });
    rig.deploy('v1', GOOD);
    rig.until(() => rig.live.every(({ phase }) => phase === 'running'));
    const [task] = rig.live;
    const at = (ms: number) => isHealthy(task!, { now: (task!.runningAt ?? 0) + ms, timings: AWS_TIMINGS });
    expect([at(39_999), at(40_000)]).toEqual([false, true]);
    rig.until(isSteady);
  });

  it('of the container is waited for where it has a check', () => {
    const rig = new Rig({ hasTargets: false, desiredCount: 1 });
    const checked = revision('v1', { hasHealthCheck: true });
    rig.input({ kind: 'updated', config: rig.state.config, revision: checked, force: false });
    rig.run(200_000);
    expect(rig.state.isSteady).toBe(false);
    rig.input({ kind: 'checked', task: rig.live[0]!.id, container: 'healthy' });
    expect(rig.state.isSteady).toBe(true);
  });
});
