import { describe, expect, it } from 'vitest';
import { exhaustiveCases, ExhaustiveReport } from '../../../../proving/sim/exhaustive/index.ts';
import type { SimResult } from '../../../../proving/sim/run-options.ts';

describe('what is enumerated', () => {
  it('is every call of each function at work, before and after it', async () => {
    const all = await exhaustiveCases('all');
    const names = [...new Set(all.map(({ scenario }) => scenario))];
    expect(names).toEqual([
      'gray writer, write-failover killed',
      'dead reader, replica-pool killed',
      'dead reader, prober killed',
      'leases renewed, throttle killed',
      'gray writer after a managed failover, stale descriptions',
    ]);
    const kills = all.filter(({ must }) => must === 'F-18').map(({ what }) => what);
    expect(new Set(kills).size).toBe(kills.length);
    const before = kills.filter((what) => what.includes('killed before'));
    expect(before.map((what) => what.replace('before', 'after'))).toEqual(
      kills.filter((what) => what.includes('killed after')),
    );
    expect(kills.filter((what) => what.startsWith('write-failover')).length).toBeGreaterThan(100);
  });

  it('is a part of it around whatever changes something outside, for the tests', async () => {
    const [all, acts] = [await exhaustiveCases('all'), await exhaustiveCases('acts')];
    const known = new Set(all.map(({ what }) => what));
    expect(acts.filter(({ what }) => !known.has(what))).toEqual([]);
    expect(acts.length).toBeGreaterThan(20);
    expect(acts.length).toBeLessThan(all.length / 4);
  });
});

describe('the report', () => {
  it('counts cases, those that took effect, and what broke', async () => {
    const [first] = await exhaustiveCases('acts');
    const result = (effective: number, said: readonly string[]): SimResult => ({
      seed: 2,
      steps: 1,
      virtualMs: 1,
      faults: { 'F-18': { drawn: 1, effective } },
      checks: {},
      rare: {},
      hash: '',
      violations: said.map((text) => ({ seed: 2, invariant: 'I-13', step: 1, said: text })),
    });
    const report = new ExhaustiveReport();
    report.add(first!, result(1, []));
    report.add(first!, result(0, ['left lying']));
    const { scenario, what } = first!;
    expect(report.line()).toEqual({
      scenarios: [{ scenario, cases: 2, effective: 1, violations: 1 }],
      violations: [{ scenario, what, invariant: 'I-13', said: 'left lying' }],
    });
  });
});
