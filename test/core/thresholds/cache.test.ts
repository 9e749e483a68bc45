import { describe, expect, it } from 'vitest';
import { CACHE_THRESHOLDS, defaultsOf, thresholdFaults } from '../../../core/thresholds/index.ts';

describe('the thresholds of the cache', () => {
  it('have legal defaults that fit together', () => {
    expect(thresholdFaults('cache', defaultsOf('cache'), 'cache')).toEqual([]);
    expect(Object.keys(defaultsOf('cache'))).toEqual(CACHE_THRESHOLDS.map(({ name }) => name));
  });

  it.each([
    [{ 'healthy-samples': 2 }, 'healthy-samples must not be below unreachable-samples'],
    [
      { 'reboot-after-ms': 10_000, 'probe-timeout-ms': 1001 },
      'reboot-after-ms must be at least 10 times probe-timeout-ms',
    ],
    [{ 'reboot-window-ms': 119_999 }, 'reboot-window-ms must not be below reboot-after-ms'],
  ])('%o is refused', (values, rule) => {
    expect(thresholdFaults('cache', values, 'cache').map((fault) => fault.rule)).toEqual([rule]);
  });

  it.each([
    { 'healthy-samples': 3 },
    { 'reboot-after-ms': 10_000, 'probe-timeout-ms': 1000 },
    { 'reboot-window-ms': 120_000 },
    { 'reboots-max': 0 },
  ])('%o is legal', (values) => {
    expect(thresholdFaults('cache', values, 'cache')).toEqual([]);
  });
});
