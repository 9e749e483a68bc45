import { describe, expect, it } from 'vitest';
import { leasesAreRenewed, leasesAreSafe } from '../../../../proving/sim/checks/leases.ts';
import { allowance, fault, sayOf, seconds } from './service.ts';
import { NOW } from './view.ts';

/** From the 30th second on both instances together may admit so many a second. */
const together = (perSecond: number, until = 150) =>
  seconds(150, (index, at) => {
    if (index < 30 || index >= until) return {};
    const half = { perSecond: perSecond / 2 };
    return { instances: [allowance(at, half), allowance(at, { ...half, instance: 'shop-2-1' })] };
  });

describe('lease safety', () => {
  it('holds at the capacity, and a tenth above it for one lease', () => {
    expect(sayOf(leasesAreSafe(), together(100))).toBeNull();
    expect(sayOf(leasesAreSafe(), together(109, 75))).toBeNull();
  });

  it('breaks at more than a tenth above it at once, and at less for longer than a lease', () => {
    expect(sayOf(leasesAreSafe(), together(111, 31))).toMatch(
      /^111\.0 a second .* may be admitted, the capacity is 100/,
    );
    expect(sayOf(leasesAreSafe(), together(101))).toMatch(/^101\.0 a second .* for 46000 ms/);
  });

  it('leaves out an instance that alone was cut off for long: it cannot know', () => {
    const cut = fault('F-40', { places: [1], from: NOW });
    expect(sayOf(leasesAreSafe(), together(150), { faults: [cut] })).toBeNull();
    const forAll = fault('F-40', { target: 'throttle lost', from: NOW });
    expect(sayOf(leasesAreSafe(), together(150), { faults: [forAll] })).not.toBeNull();
  });

  it('breaks when an instance goes on with all of a lease that has ended', () => {
    const ended = (perSecond: number) =>
      seconds(40, (_, at) => {
        const lease = { epoch: 1, at: at - 40_000, until: at - 1000, total: 50 };
        const other = allowance(at, { instance: 'shop-2-1' });
        return { instances: [allowance(at, { perSecond, lease }), other] };
      });
    expect(sayOf(leasesAreSafe(), ended(45))).toBeNull();
    expect(sayOf(leasesAreSafe(), ended(46))).toMatch(
      /may admit 46\.0 a second, 1000 ms after a lease of 50\.0/,
    );
  });

  it('breaks when throttles let more through than they may', () => {
    // 19 s and the burst of one at 100 a second, and one for each caller and instance.
    const admitting = (perSecond: number) =>
      seconds(40, (index) => ({ admitted: Math.round(perSecond * index), asked: 0 }));
    expect(sayOf(leasesAreSafe(), admitting(105))).toBeNull();
    expect(sayOf(leasesAreSafe(), admitting(106))).toMatch(/let through in 19 s, 2006 were allowed at most/);
  });
});

describe('I-14: leases are renewed', () => {
  it('holds while they are, and breaks when one has run out with nothing wrong', () => {
    expect(sayOf(leasesAreRenewed(), seconds(150))).toBeNull();
    const out = seconds(150, (index, at) =>
      index < 120 ? {} : { instances: [allowance(at), allowance(at, { instance: 'shop-2-1', lease: null })] },
    );
    expect(sayOf(leasesAreRenewed(), out)).toMatch(/shop-2-1 has no lease that is renewed/);
    expect(sayOf(leasesAreRenewed(), out, { faults: [fault('F-18', { until: NOW + 60_000 })] })).toBeNull();
  });

  it('gives what one gives up the time of a lease to reach another', () => {
    const moving = (seconds_: number) =>
      seconds(170, (index, at) => {
        const isMoving = index >= 120 && index < 120 + seconds_;
        const less = isMoving ? { perSecond: 30 } : {};
        return { instances: [allowance(at), allowance(at, { ...less, instance: 'shop-2-1' })] };
      });
    expect(sayOf(leasesAreRenewed(), moving(29))).toBeNull();
    expect(sayOf(leasesAreRenewed(), moving(40))).toMatch(/80\.0 a second/);
  });

  it('breaks when much of the capacity is given to nobody', () => {
    expect(sayOf(leasesAreRenewed(), together(89))).toMatch(/89\.0 a second .* the capacity is 100/);
    expect(sayOf(leasesAreRenewed(), together(90))).toBeNull();
  });
});
