import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  badUntilMs,
  latencyMs,
  longestGapMs,
  recoveredMs,
  worst10sFailedPct,
} from '../../../proving/drills/measure/statistics.ts';
import { sample } from './samples.ts';

const bad = { ok: false, status: 503 } as const;

describe('latency', () => {
  it('is the nearest rank of the successes, counted from the scheduled start', () => {
    const samples = Array.from({ length: 100 }, (_, i) => sample(i * 10, i + 1));
    expect(latencyMs(samples, 50)).toBe(50);
    expect(latencyMs(samples, 99)).toBe(99);
  });

  it('is null, not 0, when nothing succeeded', () => {
    expect(latencyMs([sample(0, 5, bad)], 99)).toBeNull();
  });

  it('lies between the smallest and the largest for every percentile', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1 }),
        fc.integer({ min: 1, max: 100 }),
        (all, p) => {
          const value = latencyMs(
            all.map((ms, i) => sample(i, ms)),
            p,
          )!;
          expect(value).toBeGreaterThanOrEqual(Math.min(...all));
          expect(value).toBeLessThanOrEqual(Math.max(...all));
        },
      ),
    );
  });
});

describe('the longest gap', () => {
  it('is the longest time between completed successes, the ends included', () => {
    expect(longestGapMs([sample(100, 10), sample(150, 10), sample(400, 10)], 100, 500)).toBe(250);
    expect(longestGapMs([sample(100, 10)], 100, 500)).toBe(390);
  });

  it('ignores failures and is null without a success', () => {
    expect(longestGapMs([sample(100, 10), sample(200, 10, bad), sample(400, 10)], 100, 410)).toBe(300);
    expect(longestGapMs([sample(200, 10, bad)], 100, 410)).toBeNull();
  });
});

describe('recovery', () => {
  it('is the first success after which nothing fails, by completion', () => {
    const samples = [
      sample(0, 5),
      sample(10, 5, bad),
      sample(20, 5),
      sample(30, 5, bad),
      sample(40, 7),
      sample(50, 5),
    ];
    expect(recoveredMs(samples, 8)).toBe(39);
  });

  it('counts a write that waited for the new writer when it completed, not when it was sent', () => {
    expect(recoveredMs([sample(1, 3000), sample(2, 3001)], 0)).toBe(3001);
  });

  it('does not take an answer that was on its way when the fault struck for recovery', () => {
    expect(recoveredMs([sample(-10, 39), sample(5, 1800)], 0)).toBe(1805);
  });

  it('is null while failures go on to the end', () => {
    expect(recoveredMs([sample(0, 5), sample(10, 5, bad)], 0)).toBeNull();
  });

  it('does not count what was refused on purpose as a failure', () => {
    expect(recoveredMs([sample(0, 5), sample(10, 5, { ok: false, refused: true })], 0)).toBe(5);
  });
});

describe('bad_until', () => {
  it('is 0 when nothing failed and nothing was slow', () => {
    expect(badUntilMs([sample(10, 5)], 0)).toBe(0);
  });

  it('is when the last request was issued that failed or took over a second', () => {
    expect(badUntilMs([sample(10, 5, bad), sample(500, 1500), sample(900, 5)], 0)).toBe(500);
  });
});

describe('the worst ten seconds', () => {
  it('finds the window with the largest share of failures', () => {
    const samples = Array.from({ length: 40 }, (_, i) => sample(i * 1000, 5, i >= 12 && i < 17 ? bad : {}));
    expect(worst10sFailedPct(samples, 0, 40_000)).toBe(50);
  });

  it('is null when there was no request', () => {
    expect(worst10sFailedPct([], 0, 40_000)).toBeNull();
  });
});
