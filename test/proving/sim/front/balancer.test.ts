import { describe, expect, it } from 'vitest';
import { front, ZONES } from './stage.ts';

const [A, B] = ZONES as [string, string];

describe('a balancer, by its twin', () => {
  it('tells what most of its nodes see: one that is cut off does not make the targets unhealthy', async () => {
    const { tasks, primary, until, healthy } = front();
    await until(10);
    tasks.loseZone(A, true);
    primary.setZone(A, 'partition');
    await until(40);
    const states = primary.describe().map(({ az, state }) => `${az?.at(-1)} ${state}`);
    expect(new Set(states)).toEqual(new Set(['a unhealthy', 'b healthy', 'c healthy']));
    tasks.loseZone(A, false);
    primary.setZone(A, null);
    await until(60);
    expect(healthy()).toBe(6);
  });

  it('F-24: a node that hangs leaves the name after a minute and is back at once; one that died needs two', async () => {
    const { primary, until } = front();
    await until(10);
    primary.setZone(A, 'hang');
    await until(65);
    expect(primary.published()).toContain(A);
    await until(75);
    expect(primary.published()).not.toContain(A);
    primary.setZone(A, null);
    await until(76);
    expect(primary.isNodeUp(A)).toBe(true);
    primary.setZone(B, 'kill');
    await until(78);
    primary.setZone(B, null);
    await until(190);
    expect(primary.isNodeUp(B)).toBe(false);
    await until(198);
    expect(primary.isNodeUp(B)).toBe(true);
  });

  it('a target that leaves is kept until its requests have ended, for the delay at most', async () => {
    const { primary, task, until } = front();
    await until(40);
    const { memberId } = task(0);
    const end = primary.begin(A, memberId);
    primary.deregister(memberId);
    await until(45);
    expect(primary.stateOf(memberId)).toBe('draining');
    end();
    await until(46);
    expect(primary.stateOf(memberId)).toBeNull();
    const other = task(1).memberId;
    primary.begin(A, other);
    primary.deregister(other);
    await until(75);
    expect(primary.stateOf(other)).toBe('draining');
    await until(77);
    expect(primary.stateOf(other)).toBeNull();
  });

  it('a target that returns takes its full share by and by', async () => {
    const { primary, task, until } = front();
    await until(40);
    const { memberId } = task(0);
    primary.deregister(memberId);
    await until(42);
    primary.register(task(0));
    const shareIn = (count: number): number =>
      Array.from({ length: count }, () => primary.choose(B)).filter((id) => id === memberId).length / count;
    await until(45);
    expect(shareIn(600)).toBeLessThan(0.05);
    await until(90);
    expect(shareIn(600)).toBeCloseTo(1 / 6, 1);
  });
});
