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

  it('breaks where its answers take longer, by more than a fifth and the work of one', () => {
    const slow = (ms: number) =>
      flooded({ callers: { 'steady-1': met(40, { latenciesMs: Array(40).fill(ms) }) } });
    expect(sayOf(isolatesCallers(), slow(219))).toBeNull();
    expect(sayOf(isolatesCallers(), slow(221))).toMatch(/took 221 ms in a flood, 100 ms without/);
  });

  it('breaks under a surge of others as well, where more than one in twenty is refused; there all wait', () => {
    const pressed = (answered: number) =>
      seconds(140, (index) => {
        const slow = met(40, { answered, latenciesMs: Array<number>(answered).fill(900) });
        return index < 100 ? {} : { load: { times: 5 }, callers: { 'steady-1': slow } };
      });
    expect(sayOf(isolatesCallers(), pressed(38))).toBeNull();
    expect(sayOf(isolatesCallers(), pressed(37))).toMatch(
      /92\.5 % .* under a surge of others, 100\.0 % without/,
    );
  });

  it('compares nothing while instances come and go, or without leases', () => {
    const hurt = { callers: { 'steady-1': met(40, { answered: 0 }) } };
    for (const change of [{ bearsPerS: 50 }, { instances: [] }]) {
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
