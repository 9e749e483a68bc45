import { describe, expect, it } from 'vitest';
import { newCheckers, runSim } from '../../../../proving/sim/index.ts';

const SEEDS = 8;

describe('a simulator that finds nothing is broken', () => {
  it(
    'I-14: breaks in at least half of the faulty seeds when every function does nothing',
    { timeout: 120_000 },
    async () => {
      let faulty = 0;
      let broken = 0;
      for (let seed = 1; seed <= SEEDS; seed += 1) {
        const { faults, violations } = await runSim({ seed, controllers: 'none', checkers: newCheckers() });
        if (!Object.values(faults).some(({ effective }) => effective > 0)) continue;
        faulty += 1;
        if (violations.some(({ invariant }) => invariant === 'I-14')) broken += 1;
      }
      expect(faulty).toBeGreaterThan(SEEDS / 2);
      expect(broken).toBeGreaterThanOrEqual(faulty / 2);
    },
  );

  it('replays a seed exactly, checkers and all', { timeout: 60_000 }, async () => {
    const run = () => runSim({ seed: 77, checkers: newCheckers() });
    const [once, again] = [await run(), await run()];
    expect(again).toEqual(once);
    expect((await runSim({ seed: 78, checkers: newCheckers() })).hash).not.toBe(once.hash);
  });
});
