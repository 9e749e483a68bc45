import { describe, expect, it } from 'vitest';
import { newCheckers, runSim } from '../../../../proving/sim/index.ts';
import { lineOf } from './run-seeds.ts';

const OF_FRONT = ['I-01', 'I-03', 'I-04', 'I-05', 'I-06', 'I-14'].concat([
  'I-23',
  'I-29',
  'I-30',
  'I-33',
  'I-35',
  'I-36',
]);
const FROM = 1;
const COUNT = 12;

/** Without these the seeds would hold for want of anything that could go wrong. */
const MUST_HAPPEN = [
  'front: deregister',
  'front: register',
  'front: start-shift',
  'front: cancel-shift',
  'front: repair',
  'invocation killed',
  'ecs: SERVICE_DEPLOYMENT_COMPLETED',
  'ecs: a task could not start in a zone that is gone',
];

describe('front, seeds 1 to 12', () => {
  it('keeps every invariant, and the traps were real', { timeout: 400_000 }, async () => {
    const line = await lineOf({ from: FROM, count: COUNT, mix: 'front' });
    expect(line.violations).toEqual([]);
    for (const id of OF_FRONT) expect([id, line.checks[id]! > 0]).toEqual([id, true]);
    for (const name of MUST_HAPPEN) expect([name, (line.rare[name] ?? 0) > 0]).toEqual([name, true]);
    const idle = Object.entries(line.faults).filter(([, { effective }]) => effective === 0);
    expect(idle).toEqual([]);
  });

  it('I-14, seed 69: what was registered just as ECS ended its task does not stand for ever', async () => {
    const { violations, rare } = await runSim({ seed: 69, mix: 'front', checkers: newCheckers() });
    expect(violations).toEqual([]);
    for (const name of ['event given up: RetriesExhausted', 'front: register']) {
      expect([name, (rare[name] ?? 0) > 0]).toEqual([name, true]);
    }
  });

  it('I-14, seed 197: records that drifted behind a shift are repaired in the run in which they are due', async () => {
    const { violations, rare } = await runSim({ seed: 197, mix: 'front', checkers: newCheckers() });
    expect(violations).toEqual([]);
    for (const name of ['front: cancel-shift', 'front: repair']) {
      expect([name, (rare[name] ?? 0) > 0]).toEqual([name, true]);
    }
  });

  it('replays a seed exactly, checkers and all', { timeout: 120_000 }, async () => {
    const run = (seed: number) => runSim({ seed, mix: 'front', checkers: newCheckers() });
    const [once, again] = [await run(7), await run(7)];
    expect(again).toEqual(once);
    expect((await run(8)).hash).not.toBe(once.hash);
  });
});
