import { describe, expect, it } from 'vitest';
import { newCheckers } from '../../../../proving/sim/checks/index.ts';
import type { Checker } from '../../../../proving/sim/model.ts';
import { runSim } from '../../../../proving/sim/run.ts';
import { CONVERGE_MS, QUIET_MS, SAFETY_MS } from '../../../../proving/sim/run-options.ts';
import { at, scenario, WRITER } from './stage.ts';

const LONG = 60_000;

describe('a run', () => {
  it('is the same again from the same seed, and another from another', { timeout: LONG }, async () => {
    const options = { mix: 'swarm' } as const;
    const trace = async (seed: number): Promise<[string, string[]]> => {
      const lines: string[] = [];
      const { hash } = await runSim({ ...options, seed, checkers: [], trace: (line) => lines.push(line) });
      return [hash, lines];
    };
    const first = await trace(41);
    expect(await trace(41)).toEqual(first);
    expect((await trace(42))[0]).not.toBe(first[0]);
    expect(first[1].length).toBeGreaterThan(100);
  });

  it('is not changed by being watched', { timeout: LONG }, async () => {
    const bare = await runSim({ seed: 3, checkers: [] });
    const watched = await runSim({ seed: 3, checkers: newCheckers(), trace: () => undefined });
    expect(watched.hash).toBe(bare.hash);
  });

  it('has a safety phase, then heals everything and has a liveness phase', { timeout: LONG }, async () => {
    const phases = new Set<string>();
    const watch: Checker = {
      invariant: 'phases',
      checked: 1,
      check: ({ phase, quietSince, now, faults }) => {
        phases.add(`${phase} ${quietSince === null ? 'no' : quietSince - at(0)}`);
        if (phase === 'liveness') return faults.every(({ until }) => until !== null) ? null : 'a fault lasts';
        return now <= at(0) + SAFETY_MS ? null : 'safety goes on';
      },
    };
    const { result, view } = await scenario([{ id: 'F-02', member: WRITER, from: at(170), until: at(900) }], {
      checkers: [watch],
    });
    expect([...phases]).toEqual(['safety no', `liveness ${SAFETY_MS}`]);
    expect(result.violations).toEqual([]);
    expect(result.virtualMs).toBe(SAFETY_MS + CONVERGE_MS + QUIET_MS);
    expect(view.faults.map(({ until }) => until)).toEqual([at(0) + SAFETY_MS]);
  });

  it('tells the first word of each checker, with its step, and goes on', { timeout: LONG }, async () => {
    const never: Checker = { invariant: 'X-1', checked: 0, check: () => 'wrong' };
    const later: Checker = {
      invariant: 'X-2',
      checked: 5,
      check: ({ step }) => (step >= 100 ? `at ${step}` : null),
    };
    const { result } = await scenario([], { checkers: [never, later] });
    expect(result.violations).toEqual([
      { seed: 1, invariant: 'X-1', step: 1, said: 'wrong' },
      { seed: 1, invariant: 'X-2', step: 100, said: 'at 100' },
    ]);
    expect(result.checks).toMatchObject({ 'X-1': 0, 'X-2': 5 });
    expect(result.virtualMs).toBe(SAFETY_MS + CONVERGE_MS + QUIET_MS);
  });

  it('ends at the first violation when told so', { timeout: LONG }, async () => {
    const later: Checker = { invariant: 'X', checked: 1, check: ({ step }) => (step >= 9 ? 'x' : null) };
    const { result } = await scenario([], { checkers: [later], stopAtFirst: true });
    expect([result.steps, result.violations.length]).toEqual([9, 1]);
  });

  it('I-14: finds what is missing when every controller does nothing', { timeout: LONG }, async () => {
    const { violations } = await runSim({ seed: 5, controllers: 'none', checkers: newCheckers() });
    expect(violations.map(({ invariant }) => invariant)).toContain('I-14');
  });

  it('counts faults, drawn and effective', { timeout: LONG }, async () => {
    const { result } = await scenario([
      { id: 'F-01', member: WRITER, from: at(20) },
      { id: 'F-02', member: WRITER, from: at(21), until: at(22) },
      { id: 'F-18', folder: 'write-failover', from: at(175), call: 'rds:FailoverDBCluster', when: 'before' },
    ]);
    expect(result.faults).toEqual({
      'F-01': { drawn: 1, effective: 1 },
      'F-02': { drawn: 1, effective: 0 },
      'F-18': { drawn: 1, effective: 0 },
    });
  });
});
