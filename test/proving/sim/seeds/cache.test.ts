import { describe, expect, it } from 'vitest';
import { newCheckers, runSim } from '../../../../proving/sim/index.ts';
import { lineOf } from './run-seeds.ts';

const OF_CACHE = ['I-20', 'I-21', 'I-22', 'I-26', 'shard-return'];
const FROM = 1;
const COUNT = 12;

/** Without these the seeds would hold for want of anything that could go wrong. */
const MUST_HAPPEN = [
  'read: hit',
  'read: load',
  'shard: serving to closing',
  'shard: opening to serving',
  'return: an old value was on the shard',
  'return: what was journaled meanwhile was applied',
  'return: flushed, as another process had the name',
  'journal: delivered entries left it',
  'process: died between commit and delivery',
  'invalidation: acknowledged when repeated',
  'command: executed after its client had gone',
  'shard: an entry was evicted',
];

describe('cache, seeds 1 to 12', () => {
  it('keeps every invariant, and the traps were real', { timeout: 300_000 }, async () => {
    const line = await lineOf({ from: FROM, count: COUNT, mix: 'cache' });
    expect(line.violations).toEqual([]);
    for (const id of OF_CACHE) expect([id, line.checks[id]! > 0]).toEqual([id, true]);
    for (const name of MUST_HAPPEN) expect([name, (line.rare[name] ?? 0) > 0]).toEqual([name, true]);
    const idle = Object.entries(line.faults).filter(([, { effective }]) => effective === 0);
    expect(idle).toEqual([]);
  });

  it('replays a seed exactly, checkers and all', { timeout: 60_000 }, async () => {
    const run = (seed: number) => runSim({ seed, mix: 'cache', checkers: newCheckers() });
    const [once, again] = [await run(7), await run(7)];
    expect(again).toEqual(once);
    expect((await run(8)).hash).not.toBe(once.hash);
  });
});
