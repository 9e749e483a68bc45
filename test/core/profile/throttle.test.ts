import { describe, expect, it } from 'vitest';
import { validate } from '../../../core/profile/index.ts';
import { CALLER_QUOTA_DEFAULT } from '../../../core/throttle/index.ts';
import { faultsOf, minimal } from './profiles.ts';

const shop = { ...minimal, applications: ['shop', 'clerk'] };
const withThrottle = (throttle: unknown): object => ({ ...shop, throttle });

describe('the throttled resources of a profile', () => {
  it('are none unless they are written', () => {
    expect(validate(minimal).profile.throttle).toEqual([]);
    expect(validate({ ...shop, throttle: {} }).profile.throttle).toEqual([]);
  });

  it('get every default, and are sorted by name', () => {
    const { profile } = validate({
      ...shop,
      throttle: {
        quotes: { application: 'shop', capacityPerS: 100, callers: { a: { floorPerS: 10 } } },
        orders: { application: 'clerk', capacityPerS: 5, others: { limitPerS: 1 } },
      },
    });
    const callers = { a: { ...CALLER_QUOTA_DEFAULT, floorPerS: 10 } };
    expect(profile.throttle).toEqual([
      {
        resource: 'orders',
        application: 'clerk',
        capacityPerS: 5,
        burstS: 1,
        callers: {},
        others: { ...CALLER_QUOTA_DEFAULT, limitPerS: 1 },
      },
      {
        resource: 'quotes',
        application: 'shop',
        capacityPerS: 100,
        burstS: 1,
        callers,
        others: CALLER_QUOTA_DEFAULT,
      },
    ]);
  });

  it('may be tuned by the thresholds of their tier', () => {
    const { profile } = validate({ ...shop, thresholds: { throttle: { 'lease-ms': 60_000 } } });
    expect(profile.thresholds.throttle).toEqual({
      'report-ms': 10_000,
      'lease-ms': 60_000,
      'gone-after-ms': 45_000,
    });
  });

  it.each([
    [
      'an application that is none of the profile',
      { quotes: { application: 'web', capacityPerS: 1 } },
      'throttle.quotes.application',
      /is none of applications/,
      /shop, clerk/,
    ],
    ['no application', { quotes: { capacityPerS: 1 } }, 'throttle.quotes.application', /required/, /./],
    [
      'a bad name',
      { Quotes: { application: 'shop', capacityPerS: 1 } },
      'throttle.Quotes',
      /lower-case/,
      /quotes/,
    ],
    [
      'a capacity of zero',
      { quotes: { application: 'shop', capacityPerS: 0 } },
      'throttle.quotes.capacityPerS',
      /above 0/,
      /requests a second/,
    ],
    [
      'floors above the capacity',
      { quotes: { application: 'shop', capacityPerS: 1, callers: { a: { floorPerS: 2 } } } },
      'throttle.quotes.callers',
      /above the capacity of 1/,
      /lower floors/,
    ],
    ['a list', [], 'throttle', /must be an object/, /./],
    ['a resource that is no object', { quotes: 5 }, 'throttle.quotes', /must be an object/, /./],
  ])('fails for %s', (_, throttle, field, rule, fix) => {
    const fault = faultsOf(withThrottle(throttle)).find((one) => one.field === field);
    expect(fault?.rule).toEqual(expect.stringMatching(rule));
    expect(fault!.fix).toEqual(expect.stringMatching(fix));
  });

  it('fails for thresholds that do not fit together', () => {
    const thresholds = { throttle: { 'report-ms': 20_000, 'lease-ms': 30_000, 'gone-after-ms': 30_000 } };
    expect(faultsOf({ ...shop, thresholds }).map(({ field, rule }) => [field, rule])).toEqual([
      ['thresholds.throttle.lease-ms', 'lease-ms must be at least twice report-ms'],
      ['thresholds.throttle.gone-after-ms', 'gone-after-ms must be at least twice report-ms'],
    ]);
  });
});
