import { describe, expect, it } from 'vitest';
import {
  goodputByClass,
  goodputPerS,
  overAdmittedPct,
  wholeUsersPct,
} from '../../../../proving/drills/throttle/statistics.ts';
import { normalAfterMs } from '../../../../proving/drills/measure/goodput.ts';
import { asked, evenly, FAILED, REFUSED } from './asked.ts';

describe('goodput', () => {
  const phase = { name: 'surge', from: 10_000, to: 12_000 };

  it('counts answers of the phase that came within a second', () => {
    const samples = [
      ...evenly({ from: 10_000, to: 12_000, perS: 20 }, { phase: 'surge' }),
      asked(10_500, 1001, { phase: 'surge' }),
      asked(10_500, 20, { phase: 'surge', ...REFUSED }),
      asked(10_500, 20, { phase: 'calm' }),
    ];
    expect(goodputPerS(samples, phase)).toBe(20);
  });

  it('is null for a phase without length, and 0 for one without an answer', () => {
    expect(goodputPerS([], { name: 'surge', from: 5, to: 5 })).toBeNull();
    expect(goodputPerS([], phase)).toBe(0);
  });

  it('is told by class, those without any included', () => {
    const ofClass = (criticality: 'critical' | 'sheddable', perS: number) =>
      evenly({ from: 10_000, to: 12_000, perS }, { phase: 'surge', criticality });
    expect(goodputByClass([...ofClass('critical', 30), ...ofClass('sheddable', 5)], phase)).toEqual({
      'critical-plus': 0,
      critical: 30,
      'sheddable-plus': 0,
      sheddable: 5,
    });
  });
});

describe('users who stay whole', () => {
  it('are those whose every request was answered in time', () => {
    const samples = [
      asked(0, 50, { user: 'ann' }),
      asked(1, 50, { user: 'ann' }),
      asked(2, 50, { user: 'bob' }),
      asked(3, 50, { user: 'bob', ...REFUSED }),
      asked(4, 1500, { user: 'cay' }),
      asked(5, 50, { user: 'dan', ...FAILED }),
    ];
    expect(wholeUsersPct(samples)).toBe(25);
  });

  it('are not measured where nobody asked', () => {
    expect(wholeUsersPct([])).toBeNull();
  });
});

describe('normal again', () => {
  const back = { name: 'back', from: 10_000, to: 20_000 };
  const good = (from: number, to: number) => evenly({ from, to, perS: 80 }, { phase: 'back' });
  const bad = (from: number, to: number) => evenly({ from, to, perS: 80 }, { phase: 'back', ...REFUSED });

  it('is at once when nothing is missing', () => {
    expect(normalAfterMs(good(10_000, 20_000), back, 80)).toBe(0);
  });

  it('I-25: is when the last second without enough of it has passed', () => {
    const samples = [...bad(10_000, 11_500), ...good(11_500, 20_000)];
    const after = normalAfterMs(samples, back, 80)!;
    expect(after).toBeGreaterThanOrEqual(1400);
    expect(after).toBeLessThanOrEqual(1500);
  });

  it('is not before a relapse', () => {
    const samples = [...good(10_000, 15_000), ...bad(15_000, 15_500), ...good(15_500, 20_000)];
    expect(normalAfterMs(samples, back, 80)).toBeGreaterThan(5000);
  });

  it('bears one stray refusal in a second', () => {
    const samples = good(10_000, 20_000).map((s, i) => (i % 80 === 7 ? { ...s, ...REFUSED } : s));
    expect(normalAfterMs(samples, back, 80)).toBe(0);
  });

  it('does not take answers that come late for good ones', () => {
    const late = good(10_000, 20_000).map((s) => ({ ...s, completedAt: s.scheduledAt + 1500 }));
    expect(normalAfterMs(late, back, 80)).toBeNull();
  });

  it('is null when it is not seen: too short, or not normal at the end', () => {
    expect(normalAfterMs(good(10_000, 10_500), { ...back, to: 10_500 }, 80)).toBeNull();
    expect(normalAfterMs([...good(10_000, 18_000), ...bad(18_000, 20_000)], back, 80)).toBeNull();
    expect(normalAfterMs([], back, 80)).toBeNull();
  });
});

describe('over-admission', () => {
  const limits = { capacityPerS: 100, burst: 0 };

  it('is what the worst second has beyond the capacity, in percent of it', () => {
    const calm = evenly({ from: 0, to: 10_000, perS: 50 });
    expect(overAdmittedPct(calm, limits)).toBe(0);
    const burst = Array.from({ length: 80 }, () => asked(5000));
    expect(overAdmittedPct([...calm, ...burst], limits)).toBe(30);
  });

  it('leaves the burst out', () => {
    const samples = Array.from({ length: 200 }, () => asked(5000));
    expect(overAdmittedPct(samples, { capacityPerS: 100, burst: 100 })).toBe(0);
    expect(overAdmittedPct(samples, { capacityPerS: 100, burst: 90 })).toBe(10);
  });

  it('does not count what was refused, and is null where nothing was admitted', () => {
    const refused = Array.from({ length: 300 }, () => asked(5000, 5, REFUSED));
    expect(overAdmittedPct(refused, limits)).toBeNull();
    expect(overAdmittedPct([...refused, asked(5000)], limits)).toBe(0);
  });
});
