import { describe, expect, it } from 'vitest';
import { newCheckers } from '../../../../proving/sim/checks/index.ts';
import { exhaustiveCases, ExhaustiveReport } from '../../../../proving/sim/exhaustive/index.ts';
import { runSim } from '../../../../proving/sim/run.ts';

describe('every call of the throttle function in one renewal', () => {
  it('I-13: killed there, leases stay safe and are renewed', { timeout: 300_000 }, async () => {
    const cases = (await exhaustiveCases('acts')).filter(({ scenario }) => scenario.includes('throttle'));
    const report = new ExhaustiveReport();
    for (const each of cases) report.add(each, await runSim({ ...each.run, checkers: newCheckers() }));
    const { scenarios, violations } = report.line();
    expect(violations).toEqual([]);
    expect(scenarios.length).toBeGreaterThan(0);
    // A case in which nothing happened would prove nothing.
    for (const { cases: count, effective } of scenarios) expect(effective).toBe(count);
  });
});
