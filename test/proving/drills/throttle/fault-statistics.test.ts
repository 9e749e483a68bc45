import { describe, expect, it } from 'vitest';
import {
  attemptsPerRequest,
  beyondPct,
  refusedMs,
  refusedPct,
  restoredAfterMs,
} from '../../../../proving/drills/throttle/fault-statistics.ts';
import type { ThrottleSample } from '../../../../proving/drills/throttle/model.ts';

const sample = (fields: Partial<ThrottleSample>): ThrottleSample => ({
  phase: 'fault',
  stream: 'app',
  caller: 'app',
  user: 'app-user-1',
  criticality: null,
  scheduledAt: 0,
  completedAt: (fields.scheduledAt ?? 0) + 40,
  ok: true,
  refused: false,
  wrong: false,
  status: 200,
  code: null,
  attempts: 1,
  ...fields,
});

/** One request each `everyMs`, from `from` on and before `to`. */
const steady = (
  from: number,
  to: number,
  everyMs: number,
  fields: Partial<ThrottleSample> = {},
): ThrottleSample[] =>
  Array.from({ length: Math.ceil((to - from) / everyMs) }, (_, i) =>
    sample({ ...fields, scheduledAt: from + i * everyMs }),
  );

const REFUSED = { ok: false, refused: true, status: 429, code: 'caller-limit' } as const;

describe('attempts per request', () => {
  it('counts what was sent for the requests of these phases alone', () => {
    const samples = [
      sample({ attempts: 4 }),
      sample({ attempts: 1 }),
      sample({ phase: 'before', attempts: 9 }),
    ];
    expect(attemptsPerRequest(samples, ['fault'])).toBe(2.5);
  });

  it('are not known where nothing was asked', () => {
    expect(attemptsPerRequest([sample({})], ['after'])).toBeNull();
  });
});

describe('refusals', () => {
  it('have a latency of their own, whatever those who were served waited', () => {
    const samples = [
      sample({ completedAt: 900 }),
      sample({ ...REFUSED, completedAt: 3 }),
      sample({ ...REFUSED, completedAt: 5 }),
    ];
    expect(refusedMs(samples, 99)).toBe(5);
    expect(refusedMs([sample({})], 99)).toBeNull();
  });

  it('are a share of all, failures included', () => {
    const failed = sample({ ok: false, status: 0 });
    expect(refusedPct([sample({}), sample(REFUSED), failed, sample({})])).toBe(25);
    expect(refusedPct([])).toBeNull();
  });
});

describe('what was admitted beyond a rate', () => {
  const allowed = { perS: 10, windowMs: 10_000 };

  it('is nothing at the rate, and below it', () => {
    expect(beyondPct(steady(0, 30_000, 100), { from: 0, to: 30_000 }, allowed)).toBe(0);
    expect(beyondPct(steady(0, 30_000, 200), { from: 0, to: 30_000 }, allowed)).toBe(0);
  });

  it('is that of the worst window', () => {
    const samples = [...steady(0, 20_000, 100), ...steady(5000, 10_000, 50)];
    expect(beyondPct(samples, { from: 0, to: 20_000 }, allowed)).toBe(100);
  });

  it('is that inside the span alone', () => {
    const samples = [...steady(0, 40_000, 100), ...steady(0, 10_000, 50)];
    expect(beyondPct(samples, { from: 10_000, to: 40_000 }, allowed)).toBe(0);
  });

  it('leaves out what was refused', () => {
    const samples = [...steady(0, 20_000, 100), ...steady(0, 20_000, 20, REFUSED)];
    expect(beyondPct(samples, { from: 0, to: 20_000 }, allowed)).toBe(0);
  });

  it('is not known of a span that is shorter than a window', () => {
    expect(beyondPct(steady(0, 9000, 10), { from: 0, to: 9000 }, allowed)).toBeNull();
  });
});

describe('restored', () => {
  const wanted = { perS: 9.5, windowMs: 2000 };

  it('is when every window from then on has enough', () => {
    const samples = [...steady(0, 4000, 200), ...steady(4000, 12_000, 100)];
    expect(restoredAfterMs(samples, { from: 0, to: 12_000 }, wanted)).toBe(3800);
  });

  it('is at once where nothing was missing', () => {
    expect(restoredAfterMs(steady(0, 8000, 100), { from: 0, to: 8000 }, wanted)).toBe(0);
  });

  it('counts a relapse', () => {
    const samples = [...steady(0, 8000, 100), ...steady(8000, 9000, 250), ...steady(9000, 16_000, 100)];
    expect(restoredAfterMs(samples, { from: 0, to: 16_000 }, wanted)).toBeGreaterThan(8000);
  });

  it('does not come where the end is short of it, or no window is left', () => {
    const samples = [...steady(0, 6000, 100), ...steady(6000, 8000, 500)];
    expect(restoredAfterMs(samples, { from: 0, to: 8000 }, wanted)).toBeNull();
    expect(restoredAfterMs(samples, { from: 0, to: 1500 }, wanted)).toBeNull();
  });

  it('leaves out answers that came too late to be of use', () => {
    const late = steady(0, 8000, 100).map((s) => ({ ...s, completedAt: s.scheduledAt + 1500 }));
    expect(restoredAfterMs(late, { from: 0, to: 8000 }, wanted)).toBeNull();
  });
});
