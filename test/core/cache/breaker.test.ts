import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BREAKER_DEFAULTS,
  type BreakerState,
  failed,
  isClosed,
  isProbeDue,
  newBreaker,
  probe,
  succeeded,
} from '../../../core/cache/index.ts';

const LIMITS = { ...BREAKER_DEFAULTS, backoff: { msMin: 100, msMax: 5000, jitterRatio: 0 } };
const at = (now: number): { now: number; random: number } => ({ now, random: 0 });

function opened(now: number): BreakerState {
  let state = newBreaker(0);
  for (let n = 0; n < LIMITS.failuresMax; n += 1) state = failed(state, at(now), LIMITS);
  return state;
}

/** One probe that passes. */
function pass(state: BreakerState, now: number): BreakerState {
  return succeeded(probe(state, now, LIMITS), now, LIMITS);
}

describe('the breaker of a shard', () => {
  it('opens after failures in a row, and not before', () => {
    let state = newBreaker(0);
    state = failed(failed(state, at(1), LIMITS), at(2), LIMITS);
    expect(isClosed(state)).toBe(true);
    expect(failed(state, at(3), LIMITS)).toMatchObject({ kind: 'open', until: 103 });
    state = failed(succeeded(state, 3, LIMITS), at(4), LIMITS);
    expect(isClosed(state)).toBe(true);
  });

  it('asks with one probe at a time after the back-off', () => {
    const state = opened(0);
    expect(isProbeDue(state, 99)).toBe(false);
    expect(isProbeDue(state, 100)).toBe(true);
    const probing = probe(state, 100, LIMITS);
    expect(isProbeDue(probing, 101)).toBe(false);
    expect(isProbeDue(probing, 100 + LIMITS.probeMs)).toBe(true);
  });

  it('closes after enough probes in a row', () => {
    const once = pass(opened(0), 100);
    expect(once).toMatchObject({ kind: 'open', passed: 1 });
    expect(isProbeDue(once, 100)).toBe(true);
    expect(isClosed(pass(once, 101))).toBe(true);
  });

  it('counts a probe without an answer as failed', () => {
    const lost = probe(pass(opened(0), 100), 101, LIMITS);
    const again = probe(lost, 101 + LIMITS.probeMs, LIMITS);
    expect(again).toMatchObject({ kind: 'probing', passed: 0 });
  });

  it('waits twice as long after each probe that fails, up to the most', () => {
    let state = opened(0);
    const waits: number[] = [];
    let now = 0;
    for (let n = 0; n < 8; n += 1) {
      if (state.kind !== 'open') throw new Error('it has opened');
      waits.push(state.until - now);
      now = state.until;
      state = failed(probe(state, now, LIMITS), at(now), LIMITS);
    }
    expect(waits).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000]);
  });

  it('forgets earlier openings after a time without failures', () => {
    const closed = pass(pass(opened(0), 100), 101);
    const soon = failed(failed(failed(closed, at(200), LIMITS), at(200), LIMITS), at(200), LIMITS);
    expect(soon).toMatchObject({ kind: 'open', opened: 2 });
    const later = 101 + LIMITS.forgetMs;
    const late = failed(failed(failed(closed, at(later), LIMITS), at(later), LIMITS), at(later), LIMITS);
    expect(late).toMatchObject({ kind: 'open', opened: 1 });
    expect(succeeded(closed, later, LIMITS)).toMatchObject({ opened: 0 });
  });

  it('takes no late answer for a probe', () => {
    const state = opened(0);
    expect(succeeded(state, 1, LIMITS)).toBe(state);
    expect(failed(state, at(1), LIMITS)).toBe(state);
  });

  it('whatever happens, is asked again within the longest back-off, and closes when the shard answers', () => {
    const steps = fc.array(fc.tuple(fc.constantFrom('ok', 'fail', 'probe'), fc.nat(3000)), { maxLength: 60 });
    fc.assert(
      fc.property(steps, (history) => {
        let state = newBreaker(0);
        let now = 0;
        for (const [what, waitMs] of history) {
          now += waitMs;
          if (what === 'ok') state = succeeded(state, now, LIMITS);
          else if (what === 'fail') state = failed(state, at(now), LIMITS);
          else state = probe(state, now, LIMITS);
        }
        for (let n = 0; n < LIMITS.probesMin + 1 && !isClosed(state); n += 1) {
          now += LIMITS.backoff.msMax;
          expect(isProbeDue(state, now)).toBe(true);
          state = pass(state, now);
        }
        expect(isClosed(state)).toBe(true);
      }),
    );
  });
});
