import { describe, expect, it } from 'vitest';
import { MIX_NAMES } from '../../../../proving/sim/index.ts';
import { lineOf } from './run-seeds.ts';

const OTHERS = MIX_NAMES.filter((mix) => mix !== 'swarm');

describe('the other mixes', () => {
  it.each(OTHERS)('%s keeps every invariant', { timeout: 120_000 }, async (mix) => {
    const line = await lineOf({ from: 1, count: 3, mix });
    expect(line.violations).toEqual([]);
    const effective = Object.values(line.faults).filter((fault) => fault.effective > 0).length;
    if (mix === 'calm') expect(line.faults).toEqual({});
    else expect(effective).toBeGreaterThan(0);
  });
});
