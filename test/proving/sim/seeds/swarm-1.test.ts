import { describe, expect, it } from 'vitest';
import { lineOf, OF_OTHER_MIXES } from './run-seeds.ts';

const FROM = 1;
const COUNT = 25;

describe('swarm, seeds 1 to 25', () => {
  it('keeps every invariant, and had something to check for each', { timeout: 300_000 }, async () => {
    const line = await lineOf({ from: FROM, count: COUNT, mix: 'swarm' });
    expect(line.violations).toEqual([]);
    const unchecked = Object.entries(line.checks).filter(
      ([id, count]) => count === 0 && !OF_OTHER_MIXES.has(id),
    );
    expect(unchecked).toEqual([]);
    const idle = Object.entries(line.faults).filter(([, { effective }]) => effective === 0);
    expect(idle).toEqual([]);
  });
});
