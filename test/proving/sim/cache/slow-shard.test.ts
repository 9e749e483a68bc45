/** A shard that stands still for a moment again and again, as on a machine that is too busy, and a process that stands still. */

import { describe, expect, it } from 'vitest';
import { newCheckers } from '../../../../proving/sim/checks/index.ts';
import type { FaultSpec } from '../../../../proving/sim/faults/spec.ts';
import type { SimView } from '../../../../proving/sim/model.ts';
import { at, scenario, span } from '../run/stage.ts';

/** It would make a closing last as long as a lease. */
const STOPPED = 2;
const FROM_S = 30;
const UNTIL_S = 150;
/** Less than a lease, and less than the wait for everybody to hear. */
const ACKNOWLEDGED_MS_MAX = 1000;

/** Longer than a command is waited for. */
function bursts(): FaultSpec[] {
  const starts = Array.from({ length: UNTIL_S - FROM_S }, (_, n) => FROM_S + n);
  return starts.map((from, n) => {
    const long = 0.13 + 0.04 * (n % 5);
    return { tier: 'cache', id: 'F-02', shard: 0, ...span(from, from + long) };
  });
}

/** How long each invalidation of the processes that go on took, in ms. */
function waits({ cache }: SimView): number[] {
  const events = cache!.events;
  return events.flatMap((event) => {
    if (event.kind !== 'acknowledged' || event.at > at(UNTIL_S)) return [];
    const begun = events[event.begunAt]!;
    const isOfStopped = begun.kind === 'invalidating' && begun.place === STOPPED;
    return isOfStopped ? [] : [event.at - begun.at];
  });
}

describe('a shard that stands still again and again for longer than a command may take', () => {
  it('F-02, I-22: makes no deletion wait for a lease, is never closed, and returns nothing old', async () => {
    const stopped: FaultSpec = { tier: 'cache', id: 'F-02', process: STOPPED, ...span(FROM_S, UNTIL_S) };
    const { result, view } = await scenario([...bursts(), stopped], {
      cached: true,
      checkers: newCheckers(),
    });
    expect(result.violations).toEqual([]);
    const all = waits(view);
    expect(all.length).toBeGreaterThan(30);
    expect(all.filter((ms) => ms > 100).length).toBeGreaterThan(2);
    expect(Math.max(...all)).toBeLessThan(ACKNOWLEDGED_MS_MAX);
    expect(result.rare['shard: serving to closing'] ?? 0).toBe(0);
  }, 120_000);
});
