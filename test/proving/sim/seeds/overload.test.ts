import { describe, expect, it } from 'vitest';
import { lineOf } from './run-seeds.ts';

const OF_SERVICE = ['I-23', 'I-24', 'I-25', 'I-29', 'lease-safety', 'lease-renewal'];
const FROM = 1;
const COUNT = 12;

describe('overload, seeds 1 to 12', () => {
  it('keeps every invariant, and had something to check of the service', { timeout: 300_000 }, async () => {
    const line = await lineOf({ from: FROM, count: COUNT, mix: 'overload' });
    expect(line.violations).toEqual([]);
    for (const id of OF_SERVICE) expect([id, line.checks[id]! > 0]).toEqual([id, true]);
    const idle = Object.entries(line.faults).filter(([, { effective }]) => effective === 0);
    expect(idle).toEqual([]);
  });
});
