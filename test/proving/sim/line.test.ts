import { describe, expect, it } from 'vitest';
import { replayCommand, Totals, type RunFacts } from '../../../proving/sim/line.ts';
import type { SimResult } from '../../../proving/sim/run-options.ts';

const FACTS: RunFacts = {
  from: 7,
  commit: 'abc',
  node: 'v24.0.0',
  mix: 'swarm',
  controllers: 'real',
  coreSeconds: 2,
};

const result = (seed: number, change: Partial<SimResult> = {}): SimResult => ({
  seed,
  violations: [],
  steps: 100,
  virtualMs: 1_800_000,
  faults: { 'F-02': { drawn: 2, effective: 1 } },
  checks: { 'I-01': 90 },
  rare: { 'lease-lost': 1 },
  hash: 'x',
  ...change,
});

describe("the simulator's line", () => {
  it('adds up what many runs injected, checked and met', () => {
    const totals = new Totals();
    totals.add(
      result(8, { faults: { 'F-01': { drawn: 1, effective: 1 }, 'F-02': { drawn: 1, effective: 0 } } }),
    );
    totals.add(result(7, { rare: {}, checks: { 'I-01': 1, 'I-14': 3 } }));
    expect(totals.line(FACTS)).toEqual({
      from: 7,
      seeds: 2,
      commit: 'abc',
      node: 'v24.0.0',
      mix: 'swarm',
      controllers: 'real',
      steps: 200,
      virtual_hours: 1,
      virtual_hours_per_s_per_core: 0.5,
      faults: { 'F-01': { drawn: 1, effective: 1 }, 'F-02': { drawn: 3, effective: 1 } },
      checks: { 'I-01': 91, 'I-14': 3 },
      rare: { 'lease-lost': 1 },
      violations: [],
    });
  });

  it('tells violations by seed and step, whichever run ended first', () => {
    const totals = new Totals();
    const broken = (seed: number, step: number) => ({ seed, invariant: 'I-05', step, said: 'x' });
    totals.add(result(9, { violations: [broken(9, 4)] }));
    totals.add(result(7, { violations: [broken(7, 8), broken(7, 2)] }));
    expect(totals.line(FACTS).violations.map(({ seed, step }) => [seed, step])).toEqual([
      [7, 2],
      [7, 8],
      [9, 4],
    ]);
  });

  it('knows no rate before anything has run', () => {
    const line = new Totals().line({ ...FACTS, coreSeconds: 0 });
    expect(line.virtual_hours_per_s_per_core).toBeNull();
    expect(line.seeds).toBe(0);
  });

  it('names the command that replays a seed', () => {
    expect(replayCommand(-3, { mix: 'calm', controllers: 'real' })).toBe(
      'npx understudy sim --seed -3 --mix calm --trace',
    );
    expect(replayCommand(3, { mix: 'swarm', controllers: 'none' })).toMatch(/--controllers none --trace$/);
  });
});
