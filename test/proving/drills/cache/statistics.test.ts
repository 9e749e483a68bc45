import { describe, expect, it } from 'vitest';
import { History } from '../../../../proving/drills/cache/history.ts';
import type { CacheSample } from '../../../../proving/drills/cache/model.ts';
import {
  bySource,
  firstHitMs,
  hitPct,
  inventedReads,
  judgeWrites,
  unexplainedMisses,
  wrongReads,
} from '../../../../proving/drills/cache/statistics.ts';
import { lostWrite, read, write } from './seen.ts';

const wrong = (samples: readonly CacheSample[]): number => wrongReads(samples, new History(samples)).length;
const EVERY = (): boolean => true;
const ALWAYS = { from: 0, to: 10_000 };

describe('wrong reads', () => {
  it('a read that began after an acknowledged write and answered something older is one', () => {
    expect(wrong([write(1, 100, 5), read(1, 102, { version: 4 })])).toBe(1);
    expect(wrong([write(1, 100, 5), read(1, 102, { version: 5 })])).toBe(0);
    expect(wrong([write(1, 100, 5), read(1, 102, { version: 6 })])).toBe(0);
  });

  it('a read that began before the acknowledgement may answer either', () => {
    expect(
      wrong([write(1, 100, 5, { completedAt: 110 }), read(1, 105, { version: 4, completedAt: 200 })]),
    ).toBe(0);
  });

  it('counts from when the answered attempt was sent, not from the schedule', () => {
    expect(wrong([write(1, 100, 5), read(1, 90, { sentAt: 150, completedAt: 151, version: 4 })])).toBe(1);
  });

  it('a miss can be wrong, and a stale answer too', () => {
    expect(wrong([write(1, 100, 5), read(1, 102, { source: 'miss', version: 4 })])).toBe(1);
    expect(wrong([write(1, 100, 5), read(1, 102, { source: 'stale', version: 4 })])).toBe(1);
  });

  it('an answer about something else is one, whatever was written', () => {
    expect(wrong([read(1, 100, { wrong: true, version: null })])).toBe(1);
  });

  it('a read without an answer is none, nor is what was never acknowledged', () => {
    expect(wrong([write(1, 100, 5), read(1, 102, { ok: false, version: null })])).toBe(0);
    expect(wrong([lostWrite(1, 100), read(1, 102, { version: 1 })])).toBe(0);
    expect(wrong([write(2, 100, 5), read(1, 102, { version: 1 })])).toBe(0);
  });
});

describe('the share of hits', () => {
  const samples = [
    read(1, 100),
    read(2, 200, { source: 'gutter' }),
    read(3, 300, { source: 'stale' }),
    read(4, 400, { source: 'miss' }),
    read(5, 500, { ok: false, source: null }),
    write(6, 600, 2),
  ];

  it('counts what needed no database among what was answered', () => {
    expect(hitPct(samples, ALWAYS)).toBe(75);
  });

  it('is of the reads in the span, of the products that count', () => {
    expect(hitPct(samples, { from: 300, to: 401 })).toBe(50);
    expect(hitPct(samples, { from: 300, to: 400 })).toBe(100);
    expect(hitPct(samples, ALWAYS, (product) => product === 4)).toBe(0);
  });

  it('is null where nothing was answered', () => {
    expect(hitPct(samples, { from: 500, to: 600 })).toBeNull();
  });
});

describe('unexplained misses', () => {
  const count = (samples: readonly CacheSample[], span = ALWAYS): number | null =>
    unexplainedMisses(samples, new History(samples), span, EVERY);
  const miss = (product: number, at: number): CacheSample => read(product, at, { source: 'miss' });

  it('the second miss of a product that nobody wrote is one', () => {
    expect(count([miss(1, 100), miss(1, 200)])).toBe(1);
    expect(count([read(1, 100), miss(1, 200)])).toBe(1);
  });

  it('the first read of a product may be a miss', () => {
    expect(count([miss(1, 100), miss(2, 200)])).toBe(0);
  });

  it('a write since the last read explains it', () => {
    expect(count([read(1, 100), write(1, 150, 2), miss(1, 200)])).toBe(0);
    expect(count([read(1, 100), lostWrite(1, 150), miss(1, 200)])).toBe(0);
    expect(count([read(1, 100), write(2, 150, 2), miss(1, 200)])).toBe(1);
  });

  it('a write that overlaps the last read explains it: what was read may not have been stored', () => {
    const overlapping = write(1, 95, 2, { completedAt: 105 });
    expect(count([read(1, 100, { completedAt: 110 }), overlapping, miss(1, 200)])).toBe(0);
  });

  it('a write before the last read explains nothing', () => {
    expect(count([write(1, 50, 2), read(1, 100), miss(1, 200)])).toBe(1);
  });

  it('two readers who miss at the same time explain each other', () => {
    expect(count([miss(1, 100), miss(1, 100)])).toBe(0);
  });

  it('judges the span alone, by what was read before it too', () => {
    expect(count([read(1, 100), miss(1, 200)], { from: 150, to: 300 })).toBe(1);
    expect(count([read(1, 100), miss(1, 200)], { from: 50, to: 150 })).toBe(0);
  });

  it('is null where nothing could be judged', () => {
    expect(count([read(1, 100)], { from: 150, to: 300 })).toBeNull();
    expect(unexplainedMisses([miss(1, 1), miss(1, 9)], new History([]), ALWAYS, () => false)).toBeNull();
  });
});

describe('a shard that serves again', () => {
  const isBroken = (product: number): boolean => product < 10;

  it('does so from the first hit of one of its keys that was asked for after its return', () => {
    const samples = [
      read(1, 90, { completedAt: 110 }),
      read(11, 120),
      read(2, 130, { source: 'miss' }),
      read(3, 140, { source: 'gutter' }),
      read(4, 150, { completedAt: 153 }),
    ];
    expect(firstHitMs(samples, 100, isBroken)).toBe(53);
  });

  it('does not without one', () => {
    expect(firstHitMs([read(11, 120)], 100, isBroken)).toBeNull();
  });
});

describe('writes', () => {
  const before = new Map([
    [1, 3],
    [2, 1],
  ]);
  const judged = (samples: readonly CacheSample[], after: ReadonlyMap<number, number>) =>
    judgeWrites(samples, new History(samples), { before, after });

  it('are lost where the database holds less than was acknowledged', () => {
    const samples = [write(1, 100, 4), write(1, 200, 5)];
    expect(judged(samples, new Map([[1, 5]]))).toEqual({ acked: 2, lost: 0, invented: 0 });
    expect(judged(samples, new Map([[1, 4]]))).toEqual({ acked: 2, lost: 1, invented: 0 });
    expect(judged(samples, new Map())).toEqual({ acked: 2, lost: 2, invented: 0 });
  });

  it('are invented where the database holds more than was sent', () => {
    expect(judged([write(1, 100, 4)], new Map([[1, 5]])).invented).toBe(1);
    expect(judged([write(1, 100, 4), lostWrite(1, 200)], new Map([[1, 5]])).invented).toBe(0);
    expect(judged([write(1, 100, 5, { attempts: 2 })], new Map([[1, 5]])).invented).toBe(0);
    expect(judged([], new Map([[2, 2]])).invented).toBe(1);
  });
});

it('a version that the database never had is invented', () => {
  const after = new Map([[1, 5]]);
  expect(inventedReads([read(1, 100, { version: 6 })], after)).toHaveLength(1);
  expect(inventedReads([read(1, 100, { version: 5 }), write(1, 100, 7)], after)).toHaveLength(0);
});

it('tells where answers came from', () => {
  const samples = [read(1, 1), read(1, 2), read(1, 3, { source: 'miss' }), read(1, 4, { ok: false })];
  expect(bySource(samples)).toEqual({ hit: 2, gutter: 0, stale: 0, miss: 1 });
});
