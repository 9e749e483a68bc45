import { describe, expect, it } from 'vitest';
import { isolatesCallers } from '../../../../proving/sim/checks/isolation.ts';
import { met, sayOf, seconds, type SecondChange } from './service.ts';
import { view } from './view.ts';

/** A flood from the 100th second on: what it does to the steady caller. */
const flooded = (change: SecondChange) =>
  seconds(140, (index) => (index < 100 ? {} : { load: { flood: 100 }, ...change }));

describe('I-24: a flood hurts only itself', () => {
  it('holds where the steady caller is served as before, and says how often it looked', () => {
    const checker = isolatesCallers();
    const all = flooded({ callers: { 'flooding-1': met(200, { answered: 10 }) } });
    expect(sayOf(checker, all)).toBeNull();
    expect(checker.checked).toBeGreaterThan(10);
  });

  it('breaks where one in forty of its requests is refused', () => {
    const all = flooded({ callers: { 'steady-1': met(40, { answered: 39 }) } });
    expect(sayOf(isolatesCallers(), all)).toMatch(/97\.5 % .* in a flood, 100\.0 % without/);
  });

  it('breaks where its answers take longer, by more than a fifth and half of the work', () => {
    const slow = (ms: number) =>
      flooded({ callers: { 'steady-1': met(40, { latenciesMs: Array(40).fill(ms) }) } });
    expect(sayOf(isolatesCallers(), slow(169))).toBeNull();
    expect(sayOf(isolatesCallers(), slow(171))).toMatch(/took 171 ms in a flood, 100 ms without/);
  });

  it('compares nothing while instances come and go, under a surge, or without leases', () => {
    const hurt = { callers: { 'steady-1': met(40, { answered: 0 }) } };
    for (const change of [{ bearsPerS: 50 }, { load: { flood: 100, times: 5 } }, { instances: [] }]) {
      const checker = isolatesCallers();
      const coming = seconds(140, (index) =>
        index < 100 ? {} : { load: { flood: 100 }, ...hurt, ...(index % 2 === 0 ? change : {}) },
      );
      expect(sayOf(checker, coming)).toBeNull();
      expect(checker.checked).toBe(0);
    }
  });

  it('breaks when a request takes a slot that was not let through', () => {
    const all = seconds(2, (index) => (index === 1 ? { admitted: 124, asked: 125 } : {}));
    expect(sayOf(isolatesCallers(), all)).toBe('125 requests took a slot, 124 were let through');
  });

  it('has nothing to say where nothing is throttled', () => {
    expect(isolatesCallers().check(view())).toBeNull();
  });
});
