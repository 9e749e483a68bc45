import { describe, expect, it } from 'vitest';
import { front } from './stage.ts';

describe('tasks, by the twin of ECS', () => {
  it('stand round the zones from the start, in service with every balancer', async () => {
    const { tasks, tier, until } = front();
    await until(2);
    expect(tasks.all.map(({ slot, az }) => `${slot} ${az.at(-1)}`)).toEqual([
      '0 a',
      '1 b',
      '2 c',
      '3 a',
      '4 b',
      '5 c',
    ]);
    for (const group of tier.groups)
      expect(group.map(({ state }) => state)).toEqual(Array(6).fill('healthy'));
  });

  it('F-01: one that dies is missed after five seconds, and another is in service some 30 s later', async () => {
    const { tasks, task, told, until, healthy } = front();
    await until(20);
    const { address } = task(1);
    tasks.kill(task(1));
    await until(24);
    expect(told).toEqual([]);
    await until(26);
    expect(told).toEqual([{ at: 25, slot: 1, status: 'STOPPED' }]);
    await until(54);
    expect(tasks.all).toHaveLength(5);
    await until(75);
    expect(healthy()).toBe(6);
    expect(task(1).az).toBe('us-east-1b');
    expect(task(1).address).not.toBe(address);
  });

  it('F-02: one that hangs is replaced first, then told to end, and killed half a minute later', async () => {
    const { tasks, task, told, until } = front();
    await until(60);
    const hung = task(0);
    hung.state.hung = true;
    await until(90);
    expect(tasks.all).toContain(hung);
    await until(125);
    expect(hung.isLeaving).toBe(true);
    expect(hung.isDead).toBe(false);
    await until(180);
    expect(hung.isDead).toBe(true);
    expect(told.find(({ status }) => status === 'STOPPED')!.slot).toBe(0);
    const replaced = told.find(({ status }) => status === 'RUNNING')!;
    expect(replaced.slot % 3).toBe(0);
    expect(told.indexOf(replaced)).toBe(0);
  });

  it('F-24: nothing starts in a zone that is gone, and ECS asks less and less often', async () => {
    const { tasks, rare, until } = front();
    await until(20);
    tasks.loseZone('us-east-1b', true);
    for (const task of tasks.all) if (task.az === 'us-east-1b') tasks.kill(task);
    await until(150);
    const tries = rare.filter((name) => name.includes('could not start')).length;
    expect(tries).toBeGreaterThan(1);
    expect(tries).toBeLessThan(8);
    expect(tasks.all).toHaveLength(4);
    tasks.loseZone('us-east-1b', false);
    await until(420);
    expect(tasks.all.filter(({ az }) => az === 'us-east-1b')).toHaveLength(2);
  });

  it('F-39: a new version takes over task by task, and no request fails', async () => {
    const { tasks, tier, rare, until, healthy, failed } = front();
    await until(20);
    const before = new Set(tasks.all);
    tasks.rollOut(true);
    let fewest = 6;
    for (let at = 21; at <= 200; at += 1) {
      await until(at);
      fewest = Math.min(fewest, healthy());
    }
    expect(fewest).toBe(6);
    expect(tasks.all).toHaveLength(6);
    expect(tasks.all.filter((task) => before.has(task))).toEqual([]);
    expect(rare).toContain('ecs: SERVICE_DEPLOYMENT_COMPLETED');
    expect(tier.requests.length).toBeGreaterThan(700);
    expect(failed()).toBe(0);
  });

  it('F-39: a bad version is rolled back, and no request meets it', async () => {
    const { tasks, rare, until, failed } = front();
    await until(20);
    const before = tasks.all;
    tasks.rollOut(false);
    await until(100);
    expect(tasks.all.some(({ isSound }) => !isSound)).toBe(true);
    await until(400);
    expect(tasks.all).toEqual(before);
    expect(rare).toContain('ecs: SERVICE_DEPLOYMENT_FAILED');
    expect(failed()).toBe(0);
  });
});
