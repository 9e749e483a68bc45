import { beforeEach, describe, expect, it } from 'vitest';
import { SimClock, START_MS } from '../../../../proving/sim/kernel/index.ts';
import { ProcessClock } from '../../../../proving/sim/service/process-clock.ts';

describe('the clock of a process', () => {
  let clock: SimClock;
  let process: ProcessClock;
  const heard: string[] = [];
  const wakeAfter = (ms: number, what: string) => process.after(ms, () => heard.push(what));
  const until = (ms: number) => clock.runUntil(START_MS + ms);

  beforeEach(() => {
    clock = new SimClock();
    process = new ProcessClock(clock);
    heard.length = 0;
  });

  it('wakes on time, and not when cancelled', async () => {
    wakeAfter(10, 'a');
    wakeAfter(5, 'b')();
    await until(9);
    expect(heard).toEqual([]);
    await until(10);
    expect(heard).toEqual(['a']);
  });

  it('F-20: may be fast or slow, within the drift that leases allow for', async () => {
    const fast = new ProcessClock(clock, 1.004);
    const before = fast.now();
    fast.after(1004, () => heard.push('fast'));
    await until(999);
    expect(heard).toEqual([]);
    await until(1000);
    expect([heard, fast.now() - before]).toEqual([['fast'], 1004]);
  });

  it('F-02: says for how long it has stood still', async () => {
    await until(100);
    process.freeze();
    await until(150);
    expect([process.isFrozen, process.frozenMs]).toEqual([true, 50]);
    process.thaw();
    await until(400);
    expect([process.isFrozen, process.frozenMs]).toEqual([false, 50]);
  });

  it('F-02: stands still with its process; what has come meanwhile is worked off at once, in order', async () => {
    wakeAfter(10, 'first');
    wakeAfter(20, 'second');
    const cancelled = wakeAfter(15, 'cancelled');
    process.freeze();
    await until(100);
    expect(heard).toEqual([]);
    cancelled();
    process.thaw();
    expect(heard).toEqual(['first', 'second']);
  });

  it('F-01: nothing of a dead process goes on, not even what it has slept through', async () => {
    wakeAfter(10, 'a');
    process.freeze();
    await until(20);
    process.kill();
    process.thaw();
    wakeAfter(1, 'b');
    await until(100);
    expect(heard).toEqual([]);
  });

  it('F-20: a wrong date moves no timer and no age', async () => {
    process.setOff(-90_000);
    wakeAfter(10, 'a');
    await until(10);
    expect(heard).toEqual(['a']);
    expect(process.epoch()).toBe(START_MS + 10 - 90_000);
    expect(process.now()).toBe(10);
  });
});
