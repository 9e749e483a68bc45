import { describe, expect, it } from 'vitest';
import { lineOf } from './run-seeds.ts';

const FROM = 1;
const COUNT = 25;

describe('swarm, seeds 1 to 25', () => {
  it('keeps every invariant, and had something to check for each', { timeout: 300_000 }, async () => {
    const line = await lineOf({ from: FROM, count: COUNT, mix: 'swarm' });
    expect(line.violations).toEqual([]);
    expect(Object.entries(line.checks).filter(([, count]) => count === 0)).toEqual([]);
    const idle = Object.entries(line.faults).filter(([, { effective }]) => effective === 0);
    expect(idle).toEqual([]);
  });
});
