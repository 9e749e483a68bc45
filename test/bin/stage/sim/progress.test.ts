import { describe, expect, it } from 'vitest';
import { createProgress, tell } from '../../../../bin/stage/sim/progress.ts';

function progressAt(isTTY: boolean) {
  const clock = { now: 0 };
  const written: string[] = [];
  const sink = { isTTY, write: (text: string) => written.push(text) };
  const progress = createProgress(sink, {
    total: 100,
    what: 'seeds',
    note: () => '2 violations',
    now: () => clock.now,
  });
  return { clock, written, progress };
}

describe('progress', () => {
  it('renews one line on a terminal, at most four times a second', () => {
    const { clock, written, progress } = progressAt(true);
    for (const now of [100, 200, 300, 400, 600]) {
      clock.now = now;
      progress.step();
    }
    progress.end();
    const clear = '\r\u001b[K';
    expect(written).toEqual([
      clear,
      '3 of 100 seeds, 10.0 a second, 10 s left; 2 violations',
      clear,
      '5 of 100 seeds, 8.3 a second, 12 s left; 2 violations',
      clear,
    ]);
  });

  it('is a plain line every ten seconds elsewhere', () => {
    const { clock, written, progress } = progressAt(false);
    for (const now of [5000, 9999, 10_000, 19_000, 20_001]) {
      clock.now = now;
      progress.step();
    }
    progress.end();
    expect(written).toEqual([
      '3 of 100 seeds, 0.3 a second, 6 min left; 2 violations\n',
      '5 of 100 seeds, 0.2 a second, 7 min left; 2 violations\n',
    ]);
  });

  it('tells long times in minutes', () => {
    expect(tell(1, 1000, 90, 'seeds')).toBe('1 of 90 seeds, 1.0 a second, 89 s left');
    expect(tell(1, 1000, 92, 'seeds')).toBe('1 of 92 seeds, 1.0 a second, 2 min left');
  });
});
