/** What AWS promises of Aurora's times and events, on the state machine that the sandbox and the simulator share. */

import { describe, expect, test } from 'vitest';
import {
  AWS_TIMINGS,
  type ClusterState,
  type Effect,
  ENDPOINT_TTL_S,
  endpointTtlS,
  type Input,
  newCluster,
  nextDueAt,
  transition,
} from '../../proving/twin/aurora/index.ts';

/** Runs a cluster in virtual time; a promotion takes its engines no time. */
function timeline(zones: readonly string[], promotes: (id: string) => boolean = () => true) {
  let state: ClusterState = newCluster('demo');
  let now = 0;
  const seen: { at: number; id: string }[] = [];
  const moves: number[] = [];
  const input = (what: Input): void => {
    const before = state.writer;
    const next = transition(state, what, { now, timings: AWS_TIMINGS });
    state = next.state;
    if (state.writer !== before) moves.push(now);
    for (const effect of next.effects) follow(effect);
  };
  const follow = (effect: Effect): void => {
    if (effect.kind === 'event') seen.push({ at: now, id: effect.event.id.slice(-4) });
    if (effect.kind !== 'promote') return;
    const { target } = effect;
    input({ kind: promotes(target) ? 'promotion-succeeded' : 'promotion-failed', member: target });
  };
  zones.forEach((az, i) => {
    const member = { id: `m${i}`, az, promotionTier: i, instanceClass: 'db.r8g.large' };
    input({ kind: 'member-added', member });
    input({ kind: 'member-serving', member: member.id });
  });
  seen.length = 0;
  moves.length = 0;
  return {
    moves,
    seen,
    kill: (id: string) => input({ kind: 'process-exited', member: id }),
    run(ms: number) {
      const end = now + ms;
      for (let due = nextDueAt(state); due !== null && due <= end; due = nextDueAt(state)) {
        now = Math.max(now, due);
        input({ kind: 'tick' });
      }
      now = end;
    },
    writer: () => state.writer,
  };
}

const failoverEvents = (seen: readonly { id: string }[]) =>
  seen.map(({ id }) => id).filter((id) => id >= '0069' && id <= '0073');

describe('Aurora with a reader', () => {
  test('promised: a dead writer is replaced in less than 60 s, endpoint and TTL included, and not before 10 s', () => {
    const run = timeline(['a', 'b', 'c']);
    run.kill('m0');
    run.run(120_000);
    expect(run.writer()).toBe('m1');
    const doneMs = run.moves[0]! + ENDPOINT_TTL_S * 1000;
    expect(doneMs).toBeLessThan(60_000);
    expect(doneMs).toBeGreaterThan(10_000);
  });

  test('promised: the endpoint’s TTL is 5 s, and at any pace a whole number of seconds', () => {
    expect(ENDPOINT_TTL_S).toBe(5);
    expect(endpointTtlS((ms) => ms)).toBe(5);
    expect(endpointTtlS((ms) => ms / 10)).toBe(1);
  });

  test.each([
    [['a', 'b'], '0073'],
    [['a', 'a'], '0072'],
  ])('fact 14: from zone to zone %j starts with %s and ends with 0071', (zones, start) => {
    const run = timeline(zones);
    run.kill('m0');
    run.run(120_000);
    expect(failoverEvents(run.seen)).toEqual([start, '0071']);
    expect(run.seen[0]!.at).toBe(AWS_TIMINGS.detectionMs);
  });
});

describe('Aurora whose promotion fails', () => {
  test('fact 14: it says 0069 or 0070 and no 0071', () => {
    const run = timeline(['a', 'b'], () => false);
    run.kill('m0');
    run.run(600_000);
    const events = failoverEvents(run.seen);
    expect(events[0]).toBe('0073');
    expect(events.some((id) => id === '0069' || id === '0070')).toBe(true);
    expect(events).not.toContain('0071');
  });
});
