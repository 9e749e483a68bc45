import { describe, expect, it } from 'vitest';
import {
  budgetPerS,
  type Fills,
  fillsInFlightMax,
  loadsPerSMax,
  toFills,
} from '../../../../proving/drills/cache/fills.ts';

function fills(perSecond: Readonly<Record<number, number>>, rest: Partial<Fills> = {}): Fills {
  return {
    inFlightMaxOfOneKey: 1,
    perSecond: new Map(Object.entries(perSecond).map(([second, count]) => [Number(second), count])),
    loadsPerS: 100,
    commandMs: 100,
    ...rest,
  };
}

const SPAN = { from: 10_500, to: 13_000 };

describe('the trace of loads', () => {
  it('is read as the application tells it', () => {
    const body = {
      loads: 5,
      inFlightMaxOfOneKey: 2,
      perSecond: { '10': 3 },
      limits: { loadsPerS: 7, commandMs: null },
    };
    expect(toFills(body)).toEqual({
      inFlightMaxOfOneKey: 2,
      perSecond: new Map([[10, 3]]),
      loadsPerS: 7,
      commandMs: null,
    });
  });

  it.each([
    null,
    {},
    { inFlightMaxOfOneKey: '1', perSecond: {} },
    { inFlightMaxOfOneKey: 1, perSecond: null },
  ])('is not there in %j', (body) => {
    expect(toFills(body)).toBeNull();
  });

  it('has the busiest second of all instances together, at its edges too', () => {
    const all = [fills({ 9: 500, 10: 5, 11: 3, 13: 500 }), fills({ 11: 4, 12: 1 })];
    expect(loadsPerSMax(all, SPAN)).toBe(7);
    expect(loadsPerSMax([fills({ 10: 50, 11: 3 })], SPAN)).toBe(50);
    expect(loadsPerSMax([fills({})], SPAN)).toBe(0);
  });

  it('is null, never 0, where an instance did not say', () => {
    expect(loadsPerSMax([fills({ 11: 3 }), null], SPAN)).toBeNull();
    expect(loadsPerSMax([], SPAN)).toBeNull();
    expect(fillsInFlightMax([fills({}), null])).toBeNull();
    expect(fillsInFlightMax([])).toBeNull();
    expect(budgetPerS([fills({}), null])).toBeNull();
    expect(budgetPerS([fills({}), fills({}, { loadsPerS: null })])).toBeNull();
  });

  it('has the worst of the instances, and what they may do together', () => {
    expect(fillsInFlightMax([fills({}), fills({}, { inFlightMaxOfOneKey: 3 })])).toBe(3);
    expect(budgetPerS([fills({}), fills({}, { loadsPerS: 20 })])).toBe(120);
  });
});
