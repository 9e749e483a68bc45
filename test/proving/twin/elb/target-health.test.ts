import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  checked,
  commonState,
  drained,
  type HealthRules,
  isDeregistered,
  isRamping,
  registered,
  share,
  type TargetHealth,
} from '../../../../proving/twin/elb/index.ts';

const RULES: HealthRules = { healthyThreshold: 3, unhealthyThreshold: 2, slowStartMs: 0 };
const SLOW: HealthRules = { ...RULES, slowStartMs: 30_000 };

/** The health after checks one second apart. */
function after(
  checks: readonly boolean[],
  rules = RULES,
  from = registered(0),
  othersServe = true,
): TargetHealth {
  return checks.reduce(
    (health, passed, at) => checked(health, passed, rules, { now: (at + 1) * 1_000, othersServe }),
    from,
  );
}

describe('checks', () => {
  test('a new target is initial, and healthy by its first good check', () => {
    expect(registered(5)).toMatchObject({ state: 'initial', since: 5 });
    expect(after([true])).toMatchObject({ state: 'healthy', since: 1_000 });
    expect(after([false, true]).state).toBe('healthy');
  });

  test('a new target whose checks fail is unhealthy by the threshold', () => {
    expect(after([false]).state).toBe('initial');
    expect(after([false, false])).toMatchObject({ state: 'unhealthy', since: 2_000 });
  });

  test('bad checks count in a row alone', () => {
    expect(after([true, false, true, false]).state).toBe('healthy');
    expect(after([true, false, false]).state).toBe('unhealthy');
  });

  test('an unhealthy target needs its own number of good checks in a row', () => {
    expect(after([true, false, false, true, true]).state).toBe('unhealthy');
    expect(after([true, false, false, true, true, false, true]).state).toBe('unhealthy');
    expect(after([true, false, false, true, true, true]).state).toBe('healthy');
  });

  test('a state changes only by as many checks in a row as its threshold says', () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { maxLength: 60 }),
        fc.integer({ min: 2, max: 5 }),
        fc.integer({ min: 2, max: 5 }),
        (checks, healthyThreshold, unhealthyThreshold) => {
          const rules = { healthyThreshold, unhealthyThreshold, slowStartMs: 0 };
          let health = registered(0);
          checks.forEach((passed, at) => {
            const before = health.state;
            health = checked(health, passed, rules, { now: at, othersServe: true });
            if (before === health.state || before === 'initial') return;
            const needed = passed ? healthyThreshold : unhealthyThreshold;
            const last = checks.slice(Math.max(0, at + 1 - needed), at + 1);
            expect(last).toEqual(Array(needed).fill(passed));
          });
        },
      ),
    );
  });
});

describe('slow start', () => {
  test('the share grows from nothing to all of it, in a line', () => {
    const health = after([true], SLOW);
    expect([1_000, 8_500, 16_000, 31_000, 90_000].map((now) => share(health, 30_000, now))).toEqual([
      0, 0.25, 0.5, 1, 1,
    ]);
    expect(isRamping(health, 30_000, 30_999)).toBe(true);
    expect(isRamping(health, 30_000, 31_000)).toBe(false);
  });

  test('there is none where nobody else takes a full share, and none without a duration', () => {
    expect(after([true], SLOW, registered(0), false).slowStartAt).toBe(null);
    expect(after([true], RULES).slowStartAt).toBe(null);
  });

  test('it ends when the target is unhealthy, and begins anew when it is healthy again', () => {
    const sick = after([true, false, false], SLOW);
    expect(sick.slowStartAt).toBe(null);
    const back = after([true, true, true], SLOW, sick);
    expect(back).toMatchObject({ state: 'healthy', slowStartAt: 3_000 });
  });

  test('a share is from 0 to 1 and never shrinks', () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.nat(100_000), fc.nat(100_000), (since, one, more) => {
        const health = { ...registered(0), state: 'healthy' as const, slowStartAt: since };
        const [before, later] = [share(health, 30_000, one), share(health, 30_000, one + more)];
        expect(before).toBeGreaterThanOrEqual(0);
        expect(later).toBeLessThanOrEqual(1);
        expect(later).toBeGreaterThanOrEqual(before);
      }),
    );
  });
});

describe('deregistration', () => {
  test('waits for open requests, but for the delay at most', () => {
    const health = drained(after([true]), 10_000, 5_000);
    expect(isDeregistered(health, 0, 10_000)).toBe(true);
    expect(isDeregistered(health, 1, 14_999)).toBe(false);
    expect(isDeregistered(health, 1, 15_000)).toBe(true);
    expect(isDeregistered(after([true]), 0, 99_000)).toBe(false);
  });

  test('begins once, and no check ends it', () => {
    const health = drained(after([true]), 10_000, 5_000);
    expect(drained(health, 12_000, 5_000)).toBe(health);
    expect(after([true, true, false, false], RULES, health)).toBe(health);
  });
});

test('the common state is what most nodes see, and the worse of two views', () => {
  expect(commonState([])).toBe('initial');
  expect(commonState(['healthy', 'healthy', 'unhealthy'])).toBe('healthy');
  expect(commonState(['healthy', 'unhealthy'])).toBe('unhealthy');
  expect(commonState(['healthy', 'initial'])).toBe('initial');
  expect(commonState(['healthy', 'healthy', 'draining'])).toBe('draining');
});
