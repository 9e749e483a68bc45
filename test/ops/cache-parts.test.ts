import { describe, expect, it } from 'vitest';
import { HitWindow } from '../../core/cache/growth/index.ts';
import type { RingRow } from '../../core/cache/protocol/index.ts';
import { PartReports } from '../../ops/cache-parts.ts';

const STEADY: RingRow = {
  epoch: 1,
  shards: 4,
  target: 8,
  parts: 2,
  moved: 0,
  phase: 'steady',
  isReturning: false,
  hitRatio: 0.9,
};

/** What is said of rings that follow each other, a second and a bit apart. */
function told(...rings: readonly Partial<RingRow>[]): { lines: string[]; reports: PartReports } {
  const lines: string[] = [];
  const reports = new PartReports((line) => lines.push(line), new HitWindow(5000));
  for (const [at, ring] of rings.entries()) reports.note({ ...STEADY, ...ring, epoch: at + 1 }, at * 1000.4);
  return { lines, reports };
}

describe('what an operator is told of a growth', () => {
  it('is the last part that moved, in whole ms, and nothing of going back when all have moved', () => {
    const { lines, reports } = told(
      {},
      { phase: 'joining' },
      { moved: 1 },
      { moved: 1, phase: 'joining' },
      { moved: 2 },
      { shards: 8, target: null, moved: 0 },
    );
    expect(lines.map((line) => line.split(';')[0])).toEqual([
      'part 1 of 2 begins to move',
      'part 2 of 2 begins to move',
      'part 2 of 2 moved in 1000 ms',
    ]);
    expect(reports.all.map(({ part, to, ms }) => [part, to, ms])).toEqual([[2, 'target', 1000]]);
  });

  it('is what went back when it was given up', () => {
    const { lines } = told(
      { moved: 1, isReturning: true },
      { moved: 1, isReturning: true, phase: 'joining' },
      { moved: 0, isReturning: true },
      { moved: 0, target: null },
    );
    expect(lines.map((line) => line.split(';')[0])).toEqual([
      'part 1 of 2 begins to move',
      'part 1 of 2 moved back in 1000 ms',
    ]);
  });
});
