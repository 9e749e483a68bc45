import { describe, expect, it } from 'vitest';
import { servesWithoutStore } from '../../../../proving/sim/checks/standing.ts';
import { allowance, fault, met, sayOf, seconds } from './service.ts';
import { NOW } from './view.ts';

/** The table is dead from the 100th second on; the steady caller has 25 a second on each instance. */
const dead = (answered: number) =>
  seconds(140, (index, at) => {
    if (index < 100) return {};
    const ended = { perSecond: 45, lease: { epoch: 1, at: NOW + 90_000, until: NOW + 120_000, total: 50 } };
    return {
      callers: { 'steady-1': met(40, { answered }) },
      instances: [allowance(at, ended), allowance(at, { ...ended, instance: 'shop-2-1' })],
    };
  });
const died = fault('F-40', { target: 'throttle failed', from: NOW + 100_000 });

describe('I-29: the table is dead', () => {
  it('holds where a caller within nine tenths of its share is served, and breaks where it is not', () => {
    const checker = servesWithoutStore();
    expect(sayOf(checker, dead(36), { faults: [died] })).toBeNull();
    expect(checker.checked).toBeGreaterThan(10);
    expect(sayOf(servesWithoutStore(), dead(35), { faults: [died] })).toMatch(
      /350 of 400 requests of steady-1 were answered in 10 s without the table, its share was 25\.0 \+ 25\.0/,
    );
  });

  it('has nothing to say while the table lives, is only late, or is gone for some alone', () => {
    const late = fault('F-40', { target: 'throttle 3000', from: NOW });
    const partial = fault('F-40', { target: 'throttle lost', places: [0], from: NOW });
    for (const faults of [[], [late], [partial]]) {
      expect(sayOf(servesWithoutStore(), dead(0), { faults })).toBeNull();
    }
  });
});
