import { describe, expect, it } from 'vitest';
import {
  attemptsPerRequest,
  beyondPct,
  refusedMs,
  refusedPct,
  renewedLeases,
} from '../../../../proving/drills/throttle/fault-statistics.ts';
import type { ThrottleSample } from '../../../../proving/drills/throttle/model.ts';
import type { Look } from '../../../../proving/drills/throttle/types.ts';

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
    const shed = sample({ ...REFUSED, code: 'shed' });
    expect(refusedPct([sample(REFUSED), shed], ({ code }) => code !== 'caller-limit')).toBe(50);
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

describe('leases that were renewed', () => {
  const status = (state: string, epoch: number | null) => ({
    pid: 1,
    rssMb: 80,
    arrived: 0,
    lease: { state, epoch },
  });
  const looks = (...later: readonly ReturnType<typeof status>[]): readonly Look[] => [
    { before: 'leased', statuses: [status('held', 7), status('held', 6)] },
    { before: 'healed', statuses: [status('ended', 7), status('ended', 6)] },
    { before: 'after', statuses: later },
  ];
  const renewed = (all: readonly Look[]) => renewedLeases(all, 'leased', 'after');

  it('are held, and newer than the one before the fault', () => {
    expect(renewed(looks(status('held', 9), status('held', 8)))).toBe(2);
    expect(renewed(looks(status('held', 9), status('held', 6)))).toBe(1);
    expect(renewed(looks(status('ended', 9), status('held', 8)))).toBe(1);
  });

  it('are not known where an instance says nothing, or has no leases', () => {
    const [first, second] = looks(status('held', 9), status('held', 9));
    expect(renewed([first!, second!, { before: 'after', statuses: [null, status('held', 9)] }])).toBeNull();
    const none = { ...status('held', 9), lease: null };
    expect(renewed([first!, { before: 'after', statuses: [none, none] }])).toBeNull();
    expect(renewed([])).toBeNull();
  });
});
