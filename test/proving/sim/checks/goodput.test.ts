import { describe, expect, it } from 'vitest';
import { keepsWorking } from '../../../../proving/sim/checks/goodput.ts';
import { allowance, fault, met, sayOf, seconds, type SecondChange } from './service.ts';
import { NOW } from './view.ts';

/** A surge from the 100th second on; leases have followed it by the 120th. */
const surge = (answered: number, change: SecondChange = {}) =>
  seconds(150, (index) =>
    index < 100 ? {} : { load: { times: 5 }, callers: { 'surging-1': met(300, { answered }) }, ...change },
  );

describe('I-25: goodput under overload', () => {
  it('holds at nine tenths of what the slots bear, and breaks below', () => {
    const checker = keepsWorking();
    // 40 of the steady caller, 2 of the other.
    expect(sayOf(checker, surge(48))).toBeNull();
    expect(checker.checked).toBeGreaterThan(10);
    expect(sayOf(keepsWorking(), surge(47))).toMatch(
      /^89\.0 requests a second .* 5 times the load, .* bear 100\.0/,
    );
  });

  it('asks no more than what slots bear that are left', () => {
    expect(sayOf(keepsWorking(), surge(6, { bearsPerS: 50 }))).toBeNull();
    expect(sayOf(keepsWorking(), surge(0, { bearsPerS: 50 }))).toMatch(/bear 50\.0/);
  });

  it('waits until leases have followed the load', () => {
    const old = allowance(NOW + 101_000, { lease: { epoch: 1, at: NOW, until: NOW + 999_000, total: 50 } });
    const checker = keepsWorking();
    expect(sayOf(checker, surge(0, { instances: [old, { ...old, instance: 'shop-2-1' }] }))).toBeNull();
  });

  it('waits longer where the function is told reports of before (F-14)', () => {
    const told = (target: string) => ({ faults: [fault('F-14', { target })] });
    const following = seconds(150, (index, at) => {
      if (index < 100) return {};
      const lease = { epoch: 2, at: NOW + 115_000, until: at + 25_000, total: 50 };
      return {
        load: { times: 5 },
        callers: { 'surging-1': met(300, { answered: 0 }) },
        instances: [allowance(at, { lease }), allowance(at, { lease, instance: 'shop-2-1' })],
      };
    });
    expect(sayOf(keepsWorking(), following, told('rds, 3 back'))).toMatch(/5 times the load/);
    expect(sayOf(keepsWorking(), following, told('throttle, 8000 ms old'))).toBeNull();
  });

  it('does not count what one caller sends beyond its limit as load', () => {
    const flood = seconds(150, () => ({
      load: { flood: 100 },
      callers: { 'flooding-1': met(200, { answered: 0 }) },
    }));
    expect(sayOf(keepsWorking(), flood)).toBeNull();
  });
});

describe('I-25: back to normal', () => {
  const after = (from: number, answered: number) =>
    seconds(150, (index) => {
      if (index < 100) return {};
      if (index < 120) return { load: { times: 5 } };
      return index < from ? {} : { callers: { 'surging-1': met(20, { answered }) } };
    });

  it('breaks when requests are refused though the load is back, not within its first seconds', () => {
    expect(sayOf(keepsWorking(), after(126, 18))).toMatch(
      /^9[67]\.\d % of the requests of the usual load .* in no trouble/,
    );
    expect(sayOf(keepsWorking(), after(126, 20))).toBeNull();
  });

  it('breaks after everything was healed, whatever was before', () => {
    const all = seconds(200, (index) =>
      index < 190
        ? { bearsPerS: 100 - (index % 2) }
        : { bearsPerS: 100 - (index % 2), callers: { 'steady-1': met(40, { answered: 0 }) } },
    );
    const said = sayOf(keepsWorking(), all, { quietSince: NOW });
    expect(said).toMatch(/ms after everything was healed/);
    expect(sayOf(keepsWorking(), all)).toBeNull();
  });
});
