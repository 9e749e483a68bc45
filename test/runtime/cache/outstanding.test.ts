import { describe, expect, it } from 'vitest';
import { Outstanding } from '../../../runtime/cache/outstanding.ts';
import { VirtualClock } from '../simulated/virtual-clock.ts';

const WAIT_MS = 100;

function stage(): { clock: VirtualClock; outstanding: Outstanding; said: string[] } {
  const clock = new VirtualClock();
  const said: string[] = [];
  const outstanding = new Outstanding(clock, WAIT_MS, () => said.push(`late at ${clock.now()}`));
  return { clock, outstanding, said };
}

describe('commands without an answer', () => {
  it('are late when the oldest of them has waited its time', async () => {
    const { clock, outstanding, said } = stage();
    const from = clock.now();
    outstanding.add(() => {});
    await clock.advance(60);
    outstanding.add(() => {});
    await clock.advance(39);
    expect(said).toEqual([]);
    await clock.advance(2);
    expect(said).toEqual([`late at ${from + WAIT_MS}`]);
  });

  it('are waited for anew by the oldest that is left, in whatever order answers come', async () => {
    const { clock, outstanding, said } = stage();
    const from = clock.now();
    const first = outstanding.add(() => {});
    await clock.advance(30);
    const second = outstanding.add(() => {});
    await clock.advance(30);
    outstanding.add(() => {});
    expect([outstanding.end(second), outstanding.end(first)]).toEqual([true, true]);
    await clock.advance(95);
    expect(said).toEqual([]);
    await clock.advance(10);
    expect(said).toEqual([`late at ${from + 60 + WAIT_MS}`]);
  });

  it('are not late with an answer that comes in the same moment', async () => {
    const { clock, outstanding, said } = stage();
    const waiting = outstanding.add(() => {});
    clock.after(WAIT_MS, () => outstanding.end(waiting));
    await clock.advance(3 * WAIT_MS);
    expect(said).toEqual([]);
  });

  it('are found by the thousand, whatever the order of their answers, and the oldest is late in its time', async () => {
    const { clock, outstanding, said } = stage();
    const from = clock.now();
    const waiting = Array.from({ length: 3000 }, () => outstanding.add(() => said.push('given up')));
    await clock.advance(40);
    const last = outstanding.add(() => said.push('given up last'));
    for (const one of waiting.toReversed().filter((_, n) => n % 2 === 0)) outstanding.end(one);
    for (const one of waiting) outstanding.end(one);
    await clock.advance(70);
    expect(said).toEqual([]);
    await clock.advance(40);
    expect(said).toEqual([`late at ${from + 40 + WAIT_MS}`]);
    outstanding.abandon();
    expect(said.slice(1)).toEqual(['given up last']);
    expect(outstanding.end(last)).toBe(false);
  });

  it('are given up once, and their answers count no more', async () => {
    const { clock, outstanding, said } = stage();
    const waiting = [1, 2, 3].map((n) => outstanding.add(() => said.push(`given up ${n}`)));
    outstanding.end(waiting[1]!);
    outstanding.abandon();
    outstanding.abandon();
    expect(said).toEqual(['given up 1', 'given up 3']);
    expect(outstanding.end(waiting[0]!)).toBe(false);
    await clock.advance(3 * WAIT_MS);
    expect(said).toHaveLength(2);
  });
});
