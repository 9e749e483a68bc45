import { describe, expect, it } from 'vitest';
import { randomOf, SimClock, START_MS } from '../../../../proving/sim/kernel/index.ts';
import { ProcessClock } from '../../../../proving/sim/service/process-clock.ts';
import { Slots } from '../../../../proving/sim/service/slots.ts';

function made(count: number) {
  const clock = new SimClock();
  const slots = new Slots({ clock: new ProcessClock(clock), random: randomOf(1), slots: count, workMs: 100 });
  return { clock, slots, until: (ms: number) => clock.runUntil(START_MS + ms) };
}

describe('slots', () => {
  it('do as much work as there are slots, in time, whatever is asked', async () => {
    const { slots, until } = made(4);
    let done = 0;
    for (let asked = 0; asked < 1000; asked += 1) void slots.work().then(() => (done += 1));
    expect(slots.busy).toBe(4);
    await until(10_000);
    expect(done).toBeGreaterThan(380);
    expect(done).toBeLessThan(420);
    expect(slots.asked).toBe(1000);
    expect(slots.waiting).toBe(1000 - done - 4);
  });

  it('F-24: fewer slots take less work, and what holds one keeps it to its end', async () => {
    const { slots, until } = made(4);
    let done = 0;
    for (let asked = 0; asked < 100; asked += 1) void slots.work().then(() => (done += 1));
    slots.setSlots(1);
    expect(slots.busy).toBe(4);
    await until(130);
    expect(slots.busy).toBe(1);
    slots.setSlots(4);
    expect(slots.busy).toBe(4);
    await until(10_000);
    expect(done).toBe(100);
  });
});
