import { describe, expect, it } from 'vitest';
import { randomOf, SimClock, START_MS } from '../../../../proving/sim/kernel/index.ts';

describe('the virtual clock', () => {
  it('runs events by time, and at one instant in the order in which they were asked for', async () => {
    const clock = new SimClock();
    const seen: string[] = [];
    clock.after(20, () => seen.push('late'));
    clock.after(10, () => seen.push('first'));
    clock.after(10, () => seen.push('second'));
    expect(await clock.runUntil(START_MS + 30)).toBe(3);
    expect(seen).toEqual(['first', 'second', 'late']);
    expect(clock.now()).toBe(START_MS + 30);
  });

  it('lets every promise go on before the next event', async () => {
    const clock = new SimClock();
    const seen: string[] = [];
    const work = async (): Promise<void> => {
      await clock.sleep(5);
      for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
      seen.push('promises');
    };
    void work();
    clock.after(5, () => seen.push('event'));
    await clock.runUntil(START_MS + 5);
    expect(seen).toEqual(['promises', 'event']);
  });

  it('does not run what was cancelled, and ends when it is told to', async () => {
    const clock = new SimClock();
    const seen: number[] = [];
    const cancel = clock.after(1, () => seen.push(1));
    clock.after(2, () => seen.push(2));
    clock.after(3, () => seen.push(3));
    cancel();
    expect(await clock.runUntil(START_MS + 10, () => false)).toBe(1);
    expect(seen).toEqual([2]);
  });

  it('orders many events as a sort would', async () => {
    const clock = new SimClock();
    const random = randomOf(7);
    const times = Array.from({ length: 500 }, () => random.between(0, 100));
    const seen: number[] = [];
    for (const ms of times) clock.after(ms, () => seen.push(ms));
    await clock.runUntil(START_MS + 100);
    expect(seen).toEqual(times.toSorted((a, b) => a - b));
  });
});

describe('randomness', () => {
  it('depends on the seed and the label alone', () => {
    const draw = (seed: number, label: string): number[] => {
      const random = randomOf(seed).fork(label);
      return [random.next(), random.next(), random.between(1, 1000)];
    };
    expect(draw(1, 'a')).toEqual(draw(1, 'a'));
    expect(draw(1, 'a')).not.toEqual(draw(1, 'b'));
    expect(draw(1, 'a')).not.toEqual(draw(2, 'a'));
  });

  it('takes every safe integer, and spreads its draws', () => {
    for (const seed of [0, -1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]) {
      const random = randomOf(seed);
      const mean = Array.from({ length: 2000 }, () => random.next()).reduce((a, b) => a + b) / 2000;
      expect(mean).toBeGreaterThan(0.45);
      expect(mean).toBeLessThan(0.55);
    }
    expect(randomOf(1).next()).not.toBe(randomOf(2).next());
  });
});
