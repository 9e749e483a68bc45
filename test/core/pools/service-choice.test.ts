import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  betterOfTwo,
  type Candidate,
  costOf,
  DRAW_MAX,
  Draws,
  ejectedMax,
  ejectionCap,
  findOutliers,
  isPanic,
  LatencyEstimate,
  type MemberSample,
  OUTLIER_DEFAULTS,
  ownZoneShare,
} from '../../../core/pools/index.ts';

const candidate = (over: Partial<Candidate> = {}): Candidate => ({
  inFlight: 0,
  latencyMs: 10,
  share: 1,
  burden: 1,
  ...over,
});

function countChoices(members: readonly Candidate[], times = 20_000): number[] {
  const draws = new Draws(0.7);
  const counts = members.map(() => 0);
  for (let n = 0; n < times; n += 1) counts[members.indexOf(betterOfTwo(members, draws)!)]! += 1;
  return counts.map((count) => count / times);
}

describe('the better of two', () => {
  it('is nobody of none, and the one of one', () => {
    const one = candidate({ burden: 100 });
    expect(betterOfTwo([], new Draws(0))).toBeUndefined();
    expect(betterOfTwo([one], new Draws(0))).toBe(one);
  });

  it('spreads requests evenly over equals', () => {
    for (const part of countChoices(Array.from({ length: 5 }, () => candidate()))) {
      expect(part).toBeGreaterThan(0.18);
      expect(part).toBeLessThan(0.22);
    }
  });

  it('never takes the worst of three or more, and always the better of exactly two', () => {
    expect(countChoices([candidate({ inFlight: 3 }), candidate()])).toEqual([0, 1]);
    expect(countChoices([candidate(), candidate(), candidate({ latencyMs: 11 })])[2]).toBe(0);
  });

  it('gives one that has just returned about its share', () => {
    const [returning, ...others] = countChoices([candidate({ share: 0.1 }), candidate(), candidate()]);
    expect(returning!).toBeGreaterThan(0.02);
    expect(returning!).toBeLessThan(0.07);
    for (const part of others) expect(part).toBeGreaterThan(0.4);
  });

  it('always takes one of the two that were drawn, the cheaper', () => {
    const members = fc.array(
      fc.record({ inFlight: fc.nat(50), latencyMs: fc.integer({ min: 1, max: 1000 }) }),
      {
        minLength: 2,
        maxLength: 100,
      },
    );
    fc.assert(
      fc.property(members, fc.nat(DRAW_MAX - 1), (loads, draw) => {
        const all = loads.map((load) => candidate(load));
        const chosen = betterOfTwo(all, { next: () => draw })!;
        const dearer = all.filter((other) => other !== chosen && costOf(other) >= costOf(chosen));
        return all.includes(chosen) && dearer.length > 0;
      }),
    );
  });
});

describe('draws', () => {
  it('are whole, below their bound, and spread over it; equal seeds draw the same', () => {
    const [one, other] = [new Draws(0.3), new Draws(0.3)];
    const tenths = Array.from({ length: 10 }, () => 0);
    for (let n = 0; n < 50_000; n += 1) {
      const draw = one.next();
      expect(other.next()).toBe(draw);
      expect(Number.isInteger(draw) && draw >= 0 && draw < DRAW_MAX).toBe(true);
      tenths[Math.floor((10 * draw) / DRAW_MAX)]! += 1;
    }
    for (const count of tenths) expect(Math.abs(count - 5000)).toBeLessThan(400);
  });

  it.each([0, 0.5, 1 - Number.EPSILON])('never stand still, whatever the seed: %f', (random) => {
    const draws = new Draws(random);
    expect(new Set(Array.from({ length: 100 }, () => draws.next())).size).toBeGreaterThan(95);
  });
});

describe('how many may be out', () => {
  it('I-05: none of 1, one of 2 to 7, two of 8', () => {
    const caps = [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 100].map(ejectionCap);
    expect(caps).toEqual([0, 0, 1, 1, 1, 1, 1, 1, 2, 3, 25]);
  });

  it('I-03: never everybody, and never more than the panic floor allows', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), (members) => {
        return ejectionCap(members) < members && ejectionCap(members) <= ejectedMax(members, 0.5);
      }),
    );
  });

  it('I-04: panic begins below a half, not at it', () => {
    expect([isPanic(1, 2), isPanic(0, 2), isPanic(1, 3), isPanic(2, 4), isPanic(0, 0)]).toEqual([
      false,
      true,
      true,
      false,
      false,
    ]);
  });
});

describe('the share that stays in the own zone', () => {
  it.each([
    [{ own: 2, all: 6, zones: 3 }, 1],
    [{ own: 1, all: 5, zones: 3 }, 0.6],
    [{ own: 3, all: 4, zones: 2 }, 1],
    [{ own: 0, all: 4, zones: 2 }, 0],
    [{ own: 0, all: 0, zones: 0 }, 0],
  ])('of %j is %f', (counts, share) => {
    expect(ownZoneShare(counts)).toBeCloseTo(share);
  });
});

describe('an estimate of latency', () => {
  it('follows what is answered, and old answers count less', () => {
    const estimate = new LatencyEstimate(10, 0);
    for (let n = 1; n <= 200; n += 1) estimate.add(100, n * 50);
    expect(estimate.ms).toBeGreaterThan(99);
    estimate.add(10, 60_000);
    expect(estimate.ms).toBeLessThan(11);
  });

  it('one slow answer among many does not make it', () => {
    const estimate = new LatencyEstimate(10, 0);
    for (let n = 1; n <= 100; n += 1) estimate.add(10, n);
    estimate.add(1000, 101);
    expect(estimate.ms).toBeLessThan(70);
  });
});

describe('an outlier', () => {
  const sample = (id: string, over: Partial<MemberSample> = {}): MemberSample => ({
    id,
    requests: 100,
    failures: 0,
    latencyMs: 20,
    ...over,
  });
  const ids = (samples: readonly MemberSample[]): string[] =>
    findOutliers(samples, OUTLIER_DEFAULTS).map(({ id, reason }) => `${id} ${reason}`);

  it('fails often while the others do not', () => {
    expect(ids([sample('a', { failures: 30 }), sample('b'), sample('c')])).toEqual(['a errors']);
  });

  it('is much slower than the others', () => {
    expect(ids([sample('a', { latencyMs: 500 }), sample('b'), sample('c')])).toEqual(['a slow']);
    expect(ids([sample('a', { latencyMs: 60 }), sample('b', { latencyMs: 2 }), sample('c')])).toEqual([]);
  });

  it('is nobody where all have the same trouble, where too little is known, and alone', () => {
    expect(ids(['a', 'b', 'c'].map((id) => sample(id, { failures: 50 })))).toEqual([]);
    expect(ids(['a', 'b', 'c'].map((id) => sample(id, { latencyMs: 900 })))).toEqual([]);
    expect(ids([sample('a', { failures: 19, requests: 19 }), sample('b')])).toEqual([]);
    expect(ids([sample('a', { failures: 100 })])).toEqual([]);
  });
});
