import { describe, expect, it } from 'vitest';
import { newCheckers } from '../../../../proving/sim/checks/index.ts';
import { exhaustiveCases, ExhaustiveReport } from '../../../../proving/sim/exhaustive/index.ts';
import { runSim } from '../../../../proving/sim/run.ts';

describe('every point around an act: gray writer, and what was true once', () => {
  it('I-13, I-10: killed or misinformed there, others finish it, once', { timeout: 300_000 }, async () => {
    const cases = (await exhaustiveCases('acts')).filter(
      ({ scenario }) => !scenario.includes('replica-pool') && !scenario.includes('throttle'),
    );
    const report = new ExhaustiveReport();
    for (const each of cases) report.add(each, await runSim({ ...each.run, checkers: newCheckers() }));
    const { scenarios, violations } = report.line();
    expect(violations).toEqual([]);
    expect(scenarios.length).toBeGreaterThan(0);
    // A case in which nothing happened would prove nothing.
    for (const { cases: count, effective } of scenarios) expect(effective).toBe(count);
  });
});
