import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AlarmRule } from '../../../../proving/twin/cloudwatch/index.ts';
import {
  calculatedHealthy,
  effectiveHealth,
  endpointHealthy,
  metricHealthy,
  monitoringFault,
  NEW_CHECKER,
  observed,
} from '../../../../proving/twin/dns/index.ts';

const after = (seen: readonly boolean[], threshold = 3) =>
  seen.reduce((view, succeeded) => observed(view, succeeded, threshold), NEW_CHECKER).isHealthy;

describe('a checker', () => {
  it.each([
    ['nothing', [], true],
    ['two failures', [false, false], true],
    ['three failures', [false, false, false], false],
    ['failures with a success between', [false, false, true, false, false], true],
    ['two successes after the fall', [false, false, false, true, true], false],
    ['three successes after the fall', [false, false, false, true, true, true], true],
  ])('after %s says %s', (_what, seen, healthy) => {
    expect(after(seen)).toBe(healthy);
  });

  it('turns at the threshold and not before, in both directions', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 }), (threshold) => {
        const failures = Array.from({ length: threshold }, () => false);
        expect(after(failures.slice(1), threshold)).toBe(true);
        expect(after(failures, threshold)).toBe(false);
        const successes = failures.map(() => true);
        expect(after([...failures, ...successes.slice(1)], threshold)).toBe(false);
        expect(after([...failures, ...successes], threshold)).toBe(true);
      }),
    );
  });
});

describe('an endpoint', () => {
  const checkers = (healthy: number, all: number) =>
    Array.from({ length: all }, (_, at) => ({ isHealthy: at < healthy, against: 0 }));

  it.each([
    [0, 16, false],
    [2, 16, false],
    [3, 16, true],
    [18, 100, false],
    [19, 100, true],
    [1, 4, true],
    [0, 4, false],
    [0, 0, true],
  ])('that %i of %i checkers find healthy: %s', (healthy, all, expected) => {
    expect(endpointHealthy(checkers(healthy, all))).toBe(expected);
  });
});

describe('a calculated check', () => {
  it.each([
    [[true, false], 1, true],
    [[false, false], 1, false],
    [[false], 0, true],
    [[true, true], 3, false],
  ])('of %s with a threshold of %i: %s', (children, threshold, expected) => {
    expect(calculatedHealthy(children, threshold)).toBe(expected);
  });
});

const RULE: AlarmRule = {
  comparison: 'LessThanThreshold',
  threshold: 1,
  evaluationPeriods: 2,
  datapointsToAlarm: 2,
  treatMissingData: 'missing',
};

describe('a check on a metric', () => {
  it('follows the data', () => {
    expect(metricHealthy(RULE, [0, 0, 1, 1], 'LastKnownStatus', true)).toBe(false);
    expect(metricHealthy(RULE, [1, 1, 0, 0], 'LastKnownStatus', false)).toBe(true);
  });

  it.each([
    ['Healthy', false, true],
    ['Unhealthy', true, false],
    ['LastKnownStatus', true, true],
    ['LastKnownStatus', false, false],
  ] as const)('without data is %s, having been healthy: %s', (whenMissing, last, expected) => {
    const nothing = [undefined, undefined, undefined, undefined];
    expect(metricHealthy(RULE, nothing, whenMissing, last)).toBe(expected);
    for (const treatMissingData of ['ignore', 'breaching', 'notBreaching'] as const) {
      expect(metricHealthy({ ...RULE, treatMissingData }, nothing, whenMissing, last)).toBe(expected);
    }
  });

  const alarm = {
    periodS: 60,
    statistic: 'Minimum',
    isMath: false,
    evaluationPeriods: 2,
    datapointsToAlarm: 2,
  };

  it.each([
    [{}, null],
    [{ periodS: 10 }, 'no high-resolution metrics'],
    [{ statistic: 'p99' }, 'its statistic is p99'],
    [{ datapointsToAlarm: 1 }, 'no M-out-of-N alarms'],
    [{ isMath: true }, 'metric math'],
  ])('on an alarm with %j is refused: %s', (change, why) => {
    const fault = monitoringFault({ ...alarm, ...change });
    if (why === null) expect(fault).toBeNull();
    else expect(fault).toContain(why);
  });
});

describe('what DNS decides by', () => {
  it.each([
    [true, false, false, true],
    [false, false, false, false],
    [true, true, false, false],
    [false, true, false, true],
    [false, false, true, true],
    [false, true, true, false],
  ])('measured %s, inverted %s, disabled %s: %s', (measured, inverted, disabled, expected) => {
    expect(effectiveHealth(measured, { inverted, disabled })).toBe(expected);
  });
});
