import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  backoffMs,
  chooseWeighted,
  classifySqlState,
  fullJitterMs,
  hasReached,
  havingReached,
  judgeWrite,
  LatencyWindow,
  ON_WRITER,
  parsePosition,
  pushesBack,
  SECOND_ATTEMPT_DEFAULTS,
  secondAttemptMs,
  SPILL_DEFAULTS,
  spillCap,
  withinLag,
} from '../../../core/pools/index.ts';

const unit = fc.double({ min: 0, max: 0.9999, noNaN: true });

describe('the choice of a member', () => {
  it('follows the weights and skips weight 0', () => {
    const weights: Record<string, number> = { a: 1, b: 0, c: 3 };
    const choose = (random: number): string | undefined =>
      chooseWeighted(['a', 'b', 'c'], (member) => weights[member]!, random);
    expect(choose(0)).toBe('a');
    expect(choose(0.24)).toBe('a');
    expect(choose(0.26)).toBe('c');
    expect(choose(0.999)).toBe('c');
  });

  it('never chooses weight 0, and chooses somebody whenever anybody may serve', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0, 0, 0.1, 1)), unit, (weights, random) => {
        const chosen = chooseWeighted(
          weights.map((weight, at) => ({ weight, at })),
          (m) => m.weight,
          random,
        );
        if (weights.some((weight) => weight > 0)) expect(chosen!.weight).toBeGreaterThan(0);
        else expect(chosen).toBeUndefined();
      }),
    );
  });
});

describe('the back-off', () => {
  it('doubles up to its bound, less the jitter', () => {
    const limits = { msMin: 100, msMax: 1000, jitterRatio: 0.5 };
    expect([1, 2, 3, 4, 5, 90].map((n) => backoffMs(n, 0, limits))).toEqual([100, 200, 400, 800, 1000, 1000]);
    expect(backoffMs(1, 0.5, limits)).toBe(75);
    expect(backoffMs(Infinity, 0, limits)).toBe(1000);
  });

  it('with full jitter is anywhere below its bound, which doubles', () => {
    const limits = { msMin: 100, msMax: 1000 };
    expect([1, 2, 3, 5].map((n) => fullJitterMs(n, 0.5, limits))).toEqual([50, 100, 200, 500]);
    expect(fullJitterMs(3, 0, limits)).toBe(0);
  });
});

describe('the second attempt', () => {
  const limits = SECOND_ATTEMPT_DEFAULTS;

  it('starts after twice the 95th percentile of the fastest member, within its bounds', () => {
    expect(secondAttemptMs([], limits)).toBe(limits.msMax);
    expect(secondAttemptMs([null, null], limits)).toBe(limits.msMax);
    expect(secondAttemptMs([0.5, 900], limits)).toBe(limits.msMin);
    expect(secondAttemptMs([20, 900, null], limits)).toBe(40);
    expect(secondAttemptMs([900], limits)).toBe(limits.msMax);
  });

  it('measures by a window of recent answers', () => {
    const window = new LatencyWindow();
    expect(window.p95).toBeNull();
    for (let n = 1; n <= 100; n += 1) window.add(n);
    expect(window.p95).toBeGreaterThan(85);
    for (let n = 0; n < 200; n += 1) window.add(1);
    expect(window.p95).toBe(1);
  });
});

describe('the spill', () => {
  it('is capped by share and by concurrency, and shut by either', () => {
    expect(spillCap(10, SPILL_DEFAULTS)).toBe(5);
    expect(spillCap(100, SPILL_DEFAULTS)).toBe(16);
    expect(spillCap(1, SPILL_DEFAULTS)).toBe(1);
    expect(spillCap(10, { shareMax: 0, concurrencyMax: 16 })).toBe(0);
    expect(spillCap(10, { shareMax: 1, concurrencyMax: 0 })).toBe(0);
  });
});

describe('freshness', () => {
  const replica = (id: string, lagMs: number | null, position: string | null = null) => ({
    id,
    lagMs,
    position,
  });
  const ids = (replicas: readonly { id: string }[]): string[] => replicas.map((one) => one.id);

  it('leaves lagging readers out, and keeps unknown lag in (I-30)', () => {
    expect(ids(withinLag([replica('a', 10), replica('b', 5000), replica('c', null)], 2000))).toEqual([
      'a',
      'c',
    ]);
  });

  it('I-37: lag never empties the pool', () => {
    expect(ids(withinLag([replica('a', 9000), replica('b', 5000)], 2000))).toEqual(['b']);
    const lags = fc.array(fc.option(fc.nat(100_000)), { minLength: 1, maxLength: 15 });
    fc.assert(
      fc.property(lags, fc.nat(5000), (all, max) => {
        expect(
          withinLag(
            all.map((lag, at) => replica(`r${at}`, lag)),
            max,
          ).length,
        ).toBeGreaterThan(0);
      }),
    );
  });

  it('knows which readers show a position, in either spelling', () => {
    expect(parsePosition('16/B374D848')).toBe('97500059720');
    expect(parsePosition('0042')).toBe('42');
    expect([parsePosition(''), parsePosition('-1'), parsePosition('1/2/3'), parsePosition('x')]).toEqual([
      null,
      null,
      null,
      null,
    ]);
    expect(
      ids(havingReached([replica('a', 0, '9'), replica('b', 0, '10'), replica('c', 0, null)], '10')),
    ).toEqual(['b']);
    expect(hasReached('99', ON_WRITER)).toBe(false);
  });
});

describe('SQLSTATE', () => {
  it.each([
    ['25006', 'read-only'],
    ['57P01', 'lost'],
    ['57P03', 'lost'],
    ['08006', 'lost'],
    ['53300', 'load'],
    ['55P03', 'load'],
    ['57014', 'load'],
    ['53100', 'broken'],
    ['58030', 'broken'],
    ['XX000', 'broken'],
    ['28P01', 'login'],
    ['40001', 'conflict'],
    ['40P01', 'conflict'],
    ['40003', 'unknown'],
    ['23505', 'caller'],
    ['42601', 'caller'],
  ])('%s means %s', (code, kind) => {
    expect(classifySqlState(code)).toBe(kind);
  });
});

describe('a server that has too much to do', () => {
  it.each([
    ['53300', true],
    ['53400', true],
    ['53200', true],
    ['53000', true],
    ['53100', false],
    ['57P03', false],
    ['55P03', false],
    ['57014', false],
    ['40001', false],
    [null, false],
  ])('%s says so: %s', (code, says) => {
    expect(pushesBack(code)).toBe(says);
  });
});

describe('a failed write', () => {
  it.each([
    ['lost', 'before-commit', false, 'again'],
    ['timed-out', 'before-commit', false, 'again'],
    ['read-only', 'commit', false, 'again'],
    ['conflict', 'commit', false, 'again'],
    ['lost', 'commit', false, 'check'],
    ['lost', 'commit', true, 'again'],
    ['timed-out', 'commit', false, 'check'],
    ['unknown', 'before-commit', false, 'check'],
    ['load', 'commit', false, 'check'],
    ['caller', 'before-commit', true, 'give-up'],
    ['caller', 'commit', false, 'give-up'],
  ] as const)('%s %s, idempotent %s: %s', (kind, phase, idempotent, verdict) => {
    expect(judgeWrite({ kind, phase, idempotent })).toBe(verdict);
  });
});
