import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkPool } from '../../../core/database/pool/invariants.ts';
import { planPool, type PoolFacts, type PoolPlan } from '../../../core/database/index.ts';
import type { Failure } from '../../../core/failures.ts';
import type { ObservationItem, PoolItem, PoolMemberState } from '../../../core/state/items.ts';
import { NOW, observation, outcome, T, ZONES } from './fixtures.ts';

const ids = (readers: number) => ['w', ...Array.from({ length: readers }, (_, i) => `r${i + 1}`)];

function seen(
  readers: number,
  failed: readonly string[],
  zones = 3,
  change: Partial<ObservationItem> = {},
): ObservationItem[] {
  const failures: Record<string, Failure> = Object.fromEntries(
    failed.map((id) => [id, 'reader-unreachable']),
  );
  return ZONES.map((az, i) =>
    observation({ az, members: ids(readers), failures: i < zones ? failures : {}, change }),
  );
}

function pool(states: Readonly<Record<string, PoolMemberState>>, change: Partial<PoolItem> = {}): PoolItem {
  const members = Object.fromEntries(
    Object.entries(states).map(([id, state]) => [id, { state, since: NOW - 100_000 }]),
  );
  return {
    kind: 'pool',
    clusterId: 'c',
    epoch: 1,
    at: NOW - 100_000,
    failOpen: false,
    members,
    endpointEditedAt: null,
    excluded: [],
    removals: [],
    ...change,
  };
}

function facts(readers: number, change: Partial<PoolFacts> = {}): PoolFacts {
  const all = ids(readers);
  return {
    now: NOW,
    clusterId: 'c',
    epoch: 2,
    thresholds: T,
    members: all.map((id, i) => ({ id, az: ZONES[i % 3]! })),
    observations: seen(readers, []),
    outcomes: [],
    pool: pool(Object.fromEntries(all.slice(1).map((id) => [id, 'in' as const]))),
    excluded: [],
    ...change,
  };
}

const statesOf = (plan: PoolPlan): Record<string, PoolMemberState> =>
  plan.kind === 'keep'
    ? {}
    : Object.fromEntries(Object.entries(plan.next.members).map(([id, { state }]) => [id, state]));

describe('planPool', () => {
  it('keeps a healthy pool', () => {
    expect(planPool(facts(3))).toMatchObject({ kind: 'keep', readersIn: 3, failOpen: false });
  });

  it('takes out what two probers call failed, with reasons, evidence and the endpoint', () => {
    const plan = planPool(facts(3, { observations: seen(3, ['r2'], 2) }));
    expect(plan).toMatchObject({
      kind: 'change',
      failure: 'reader-unreachable',
      memberId: 'r2',
      exclude: ['r2'],
    });
    expect(statesOf(plan)).toEqual({ r1: 'in', r2: 'out', r3: 'in' });
    expect(plan.reason).toContain('r2: reader-unreachable by probers in eu-west-1a, eu-west-1b');
    if (plan.kind === 'change') expect(plan.evidence).toHaveLength(3);
  });

  it('I-05: removes at most max(1, floor(0.25 x N)) in a window, and reviews when it ends', () => {
    const plan = planPool(facts(6, { observations: seen(6, ['r1', 'r2']) }));
    expect(Object.values(statesOf(plan)).filter((state) => state === 'out')).toHaveLength(1);
    expect(plan.reviewAt).toBe(NOW + T['velocity-window-ms']);
    const recent = [{ memberId: 'r5', az: ZONES[2], at: NOW - 59_000 }];
    const before = facts(6).pool!;
    const held = planPool(facts(6, { observations: seen(6, ['r1']), pool: { ...before, removals: recent } }));
    expect(held).toMatchObject({ kind: 'keep', reviewAt: NOW + 1000 });
    expect(planPool(facts(8, { observations: seen(8, ['r1', 'r2', 'r3']) })).readersIn).toBe(6);
  });

  it('I-05: counts a zone by itself as well', () => {
    const members = ids(8).map((id) => ({ id, az: id === 'w' ? ZONES[0] : id < 'r5' ? ZONES[1] : ZONES[2] }));
    const plan = planPool(facts(8, { members, observations: seen(8, ['r1', 'r2', 'r5']) }));
    expect(statesOf(plan)).toMatchObject({ r1: 'out', r2: 'in', r5: 'out' });
  });

  it('I-04: enters panic under panic-ratio, leaves it at panic-exit-ratio, removes nothing in between', () => {
    const panic = planPool(facts(4, { observations: seen(4, ['r1', 'r2', 'r3']) }));
    expect(panic).toMatchObject({ failOpen: true, readersIn: 4, failure: 'readers-low' });
    const failing = { ...facts(4).pool!, failOpen: true };
    const half = planPool(facts(4, { pool: failing, observations: seen(4, ['r1', 'r2']) }));
    expect(half).toMatchObject({ kind: 'keep', failOpen: true });
    const better = planPool(facts(4, { pool: failing, observations: seen(4, ['r1']) }));
    expect(better).toMatchObject({ failOpen: false, readersIn: 3 });
  });

  it('I-03: never removes the last published reader, and never excludes all', () => {
    const last = pool({ r1: 'in', r2: 'out' });
    const plan = planPool(facts(2, { pool: last, observations: seen(2, ['r1']), excluded: ['r2'] }));
    expect(plan.readersIn).toBe(1);
    if (plan.kind === 'change') expect(plan.exclude).toBe(null);
  });

  it('I-37: lag alone never empties the pool', () => {
    const failures: Record<string, Failure> = { r1: 'reader-lagging', r2: 'reader-lagging' };
    const observations = ZONES.map((az) => observation({ az, members: ids(2), failures }));
    expect(planPool(facts(2, { observations }))).toMatchObject({ failOpen: true, readersIn: 2 });
  });

  it('I-08, I-30: old, missing and blind observations change nothing', () => {
    const old = seen(3, ['r1'], 3, { at: NOW - 10_001 });
    const blind = seen(3, ['r1'], 3, { blind: true });
    for (const observations of [old, blind, []]) {
      expect(planPool(facts(3, { observations })).kind).toBe('keep');
    }
  });

  it('I-06: one prober needs a client, and one application has one vote', () => {
    const observations = seen(3, ['r1'], 1);
    expect(planPool(facts(3, { observations })).kind).toBe('keep');
    const few = outcome({ members: { r1: { ok: 0, errors: 2 } } });
    expect(planPool(facts(3, { observations, outcomes: [few] })).kind).toBe('keep');
    const accusing = outcome({ members: { r1: { ok: 1, errors: 9 } } });
    expect(statesOf(planPool(facts(3, { observations, outcomes: [accusing] })))).toMatchObject({ r1: 'out' });
  });

  it('returns slowly: out, returning, then in after the hold, one at a time', () => {
    const out = pool({ r1: 'out', r2: 'out', r3: 'in' });
    const first = planPool(facts(3, { pool: out }));
    expect(statesOf(first)).toEqual({ r1: 'returning', r2: 'returning', r3: 'in' });
    expect(first.reviewAt).toBe(NOW + T['return-hold-ms']);
    const returning = pool({ r1: 'returning', r2: 'returning', r3: 'in' });
    expect(statesOf(planPool(facts(3, { pool: returning })))).toEqual({
      r1: 'in',
      r2: 'returning',
      r3: 'in',
    });
  });

  it('F-23: holds longer what was removed again and again', () => {
    const removals = [1, 2, 3].map((i) => ({ memberId: 'r1', az: ZONES[1], at: NOW - i * 90_000 }));
    const members = {
      r1: { state: 'returning' as const, since: NOW - 39_000 },
      r2: { state: 'in' as const, since: 0 },
    };
    const again = { ...pool({ r1: 'out', r2: 'in' }), members, removals };
    expect(planPool(facts(2, { pool: again, excluded: ['r1'] }))).toMatchObject({
      kind: 'keep',
      reviewAt: NOW + 1000,
    });
  });

  it('I-03: edits the endpoint at most once in 60 s and leaves members alone that are not ours', () => {
    const before = { ...pool({ r1: 'in', r2: 'in' }), endpointEditedAt: NOW - 59_000 };
    const plan = planPool(facts(2, { pool: before, excluded: ['r1', 'foreign'] }));
    expect(plan).toMatchObject({ kind: 'keep', reviewAt: NOW + 1000 });
    const due = planPool(
      facts(2, { pool: { ...before, endpointEditedAt: NOW - 60_000 }, excluded: ['r1', 'foreign'] }),
    );
    expect(due).toMatchObject({ kind: 'change', exclude: ['foreign'], publishes: false });
  });

  it('I-14: takes an edit of the endpoint off the record that was never made and is no longer wanted', () => {
    const before = { ...pool({ r1: 'in', r2: 'in' }), endpointEditedAt: NOW - 1000, excluded: ['r1'] };
    const plan = planPool(facts(2, { pool: before, excluded: [] }));
    expect(plan).toMatchObject({ kind: 'change', publishes: true, exclude: null, changes: [] });
    expect(plan).toMatchObject({ next: { excluded: [], endpointEditedAt: NOW - 1000 } });
    expect(planPool(facts(2, { pool: { ...before, excluded: [] }, excluded: [] })).kind).toBe('keep');
    expect(planPool(facts(2, { pool: before, excluded: null })).kind).toBe('keep');
  });

  it('I-07: does nothing under an epoch below the published one', () => {
    const newer = { ...facts(3).pool!, epoch: 3 };
    expect(planPool(facts(3, { pool: newer, observations: seen(3, ['r1']) }))).toMatchObject({
      kind: 'keep',
    });
  });

  it('has invariants that can fail', () => {
    const given = facts(4);
    const gone = pool({ r1: 'out', r2: 'out', r3: 'out', r4: 'out' });
    const readers = given.members.slice(1);
    expect(() => checkPool({ facts: given, readers, votes: [], prior: given.pool!, next: gone })).toThrow(
      'I-03',
    );
    const three = pool({ r1: 'out', r2: 'out', r3: 'in', r4: 'in' });
    expect(() => checkPool({ facts: given, readers, votes: [], prior: given.pool!, next: three })).toThrow(
      'I-05',
    );
    const one = pool({ r1: 'out', r2: 'in', r3: 'in', r4: 'in' });
    expect(() => checkPool({ facts: given, readers, votes: [], prior: given.pool!, next: one })).toThrow(
      'I-06',
    );
    const open = { ...one, failOpen: true };
    expect(() => checkPool({ facts: given, readers, votes: [], prior: given.pool!, next: open })).toThrow(
      'I-04',
    );
  });
});

describe('properties of the reader pool', () => {
  const step = fc.record({
    failing: fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 6 }),
    zones: fc.integer({ min: 0, max: 3 }),
    blind: fc.boolean(),
    passMs: fc.integer({ min: 500, max: 70_000 }),
    writer: fc.constantFrom('w', 'w', 'w', 'r1'),
  });
  it('I-03, I-04, I-05: hold at every step of any history', () => {
    let changes = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
        let current: PoolItem | null = null;
        let excluded: readonly string[] = [];
        let now = NOW;
        let editedAt = -Infinity;
        const removals: number[] = [];
        for (const { failing, zones, blind, passMs, writer } of steps) {
          now += passMs;
          const failures: Record<string, Failure> = Object.fromEntries(
            failing.map((i) => [`r${i}`, 'reader-unreachable']),
          );
          const observations = ZONES.slice(0, zones).map((az) =>
            observation({ az, members: ids(6), writer, failures, change: { at: now - 200, blind } }),
          );
          const plan = planPool(facts(6, { now, observations, pool: current, excluded }));
          if (plan.kind === 'keep') continue;
          changes += 1;
          const published = Object.values(plan.next.members).filter(({ state }) => state === 'in').length;
          expect(published).toBeGreaterThanOrEqual(1);
          const before: PoolItem | null = current;
          const left = Object.entries(plan.next.members).filter(
            ([id, { state }]) => state !== 'in' && before?.members[id]?.state === 'in',
          );
          if (plan.next.failOpen) expect(left).toEqual([]);
          removals.push(...left.map(() => now));
          expect(removals.filter((at) => at > now - T['velocity-window-ms']).length).toBeLessThanOrEqual(1);
          if (plan.exclude !== null) {
            expect(now - editedAt).toBeGreaterThanOrEqual(60_000);
            expect(plan.exclude.length).toBeLessThan(6);
            editedAt = now;
            excluded = plan.exclude;
          }
          current = plan.next;
        }
      }),
      { numRuns: 400 },
    );
    expect(changes).toBeGreaterThan(400);
  });
});
