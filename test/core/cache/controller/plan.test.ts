import { describe, expect, it } from 'vitest';
import {
  awayMax,
  CLIENTS_FIRST_MS,
  planCache,
  type CacheFacts,
} from '../../../../core/cache/controller/index.ts';
import { facts, hung, NOW, observation, rows, unreachable, ZONES } from './facts.ts';
import { away, before, causes, kinds } from './plans.ts';

describe('quarantine', () => {
  it('nothing is to be done for a cache that is whole', () => {
    const plan = planCache(facts());
    expect(plan).toMatchObject({ actions: [], holds: [], reviewAt: null, reason: '3 of 3 zones vote' });
    expect(plan.shards.map(({ reachable, awaySince }) => [reachable, awaySince])).toEqual(
      Array.from({ length: 4 }, () => [true, null]),
    );
  });

  it('a serving shard that most zones cannot reach is quarantined at its epoch, with reasons in numbers', () => {
    const [action] = planCache(
      facts({ observations: unreachable([1], { zones: ZONES.slice(0, 2) }) }),
    ).actions;
    expect(action).toMatchObject({
      kind: 'quarantine',
      memberId: 'demo-cache-1',
      cache: 'main',
      shard: 1,
      rowEpoch: 4,
    });
    expect(action!.reason).toBe('demo-cache-1: 2 of 3 zones cannot reach it, 1 can, 2 decide since 10000 ms');
    expect(action!.evidence).toHaveLength(3);
    expect(action!.evidence[0]).toBe('cache-observation#eu-west-1a|2026-11-22T11:59:59.500Z');
  });

  it('I-06: one zone alone never acts, though nobody else speaks', () => {
    const [only] = unreachable([1]);
    expect(kinds(facts({ observations: [only!] }))).toEqual([]);
    expect(kinds(facts({ observations: unreachable([1], { zones: [ZONES[0]] }) }))).toEqual([]);
  });

  it('I-06: of five zones two are no majority', () => {
    const zones = ['a', 'b', 'c', 'd', 'e'];
    const failing = { 1: { since: NOW - 10_000 } };
    const say = (count: number) =>
      zones.map((az, at) => observation({ az, failing: at < count ? failing : {} }));
    expect(kinds(facts({ zones, observations: say(2) }))).toEqual([]);
    expect(kinds(facts({ zones, observations: say(3) }))).toEqual(['quarantine demo-cache-1']);
    expect(kinds(facts({ zones, observations: say(3).slice(0, 2) }))).toEqual([]);
  });

  it.each([
    ['blind', { blind: true }],
    ['silent for longer than evidence lasts', { at: NOW - 10_001 }],
    ['dated ahead', { at: NOW + 2001 }],
  ])('I-30: a prober that is %s does not vote', (_name, change) => {
    const observations = unreachable([1]).map((item, at) => (at < 2 ? { ...item, ...change } : item));
    expect(kinds(facts({ observations }))).toEqual([]);
  });

  it('I-12: the observation of a prober that was taken over does not count', () => {
    const old = unreachable([1]).map((item) => ({ ...item, token: 1, at: NOW - 100 }));
    const newer = ZONES.map((az) => observation({ az, token: 2, at: NOW - 900 }));
    expect(kinds(facts({ observations: [...old, ...newer] }))).toEqual([]);
  });

  it('a zone of which nobody knows has no vote', () => {
    const strangers = ['x', 'y', 'z'].map((az) => observation({ az, failing: { 1: { since: NOW - 9000 } } }));
    expect(kinds(facts({ observations: strangers }))).toEqual([]);
  });

  it.each(['login', 'tls', 'error', 'load', 'ok'] as const)(
    'I-16: a probe that ends in %s does not accuse: applications have logins of their own',
    (reach) => {
      expect(kinds(facts({ observations: unreachable([1], { reach }) }))).toEqual([]);
      expect(kinds(hung({ observations: unreachable([1], { reach, since: NOW - 3_600_000 }) }))).toEqual([]);
    },
  );

  it.each(['closing', 'closed', 'opening'] as const)(
    'a shard that is %s is quarantined by nobody again',
    (state) => {
      expect(kinds(facts({ observations: unreachable([1]), rows: rows({ 1: state }) }))).toEqual([]);
    },
  );

  it('a row that cannot be read is left alone', () => {
    const given = facts({ observations: unreachable([1]), rows: {} });
    expect(kinds(given)).toEqual([]);
    expect(causes(given)).toEqual(['quarantine: rows-unknown', 'reboot: rows-unknown']);
  });

  it('fails open where more than half of the shards of a copy look away', () => {
    expect(kinds(facts({ observations: unreachable([0, 1]) }))).toEqual([
      'quarantine demo-cache-0',
      'quarantine demo-cache-1',
    ]);
    const most = facts({ observations: unreachable([0, 1, 2]) });
    expect(kinds(most)).toEqual([]);
    expect(causes(most)).toContain('quarantine: too-many');
    expect([1, 2, 3, 4, 64].map(awayMax)).toEqual([1, 1, 1, 2, 32]);
  });

  it('a shard that serves again after its quarantine was reached by somebody: it is left to the clients', () => {
    const given = facts({ observations: unreachable([1]), ledger: [before('quarantine', 5000)] });
    expect(kinds(given)).toEqual([]);
    expect(causes(given)).toContain('quarantine: quarantined-before');
  });

  it('the quarantine of an earlier failure does not stand in the way of the next', () => {
    expect(kinds(facts({ observations: unreachable([1]), ledger: [before('quarantine', 10_001)] }))).toEqual([
      'quarantine demo-cache-1',
    ]);
  });
});

describe('readmission', () => {
  const due = (change: Partial<CacheFacts> = {}) =>
    facts({ rows: rows({ 1: 'closed' }), known: [away(1, CLIENTS_FIRST_MS)], ...change });

  it('a shard that all zones reach and that nobody looks after is readmitted', () => {
    const [action] = planCache(due()).actions;
    expect(action).toMatchObject({ kind: 'readmit', memberId: 'demo-cache-1', cache: 'main', shard: 1 });
    expect(action!.reason).toContain('closed for 90000 ms');
  });

  it('the clients go first', () => {
    const plan = planCache(due({ known: [away(1, CLIENTS_FIRST_MS - 1)] }));
    expect(plan.actions).toEqual([]);
    expect(plan.holds).toMatchObject([{ what: 'readmit', cause: 'clients-first', reviewAt: NOW + 1 }]);
    expect(plan.reviewAt).toBe(NOW + 1);
  });

  it('the time away begins when it is first seen, goes on while it is away, and ends when it serves', () => {
    const seenOf = (given: CacheFacts) => planCache(given).shards[1]!;
    expect(seenOf(due({ known: [] })).awaySince).toBe(NOW);
    expect(seenOf(due()).awaySince).toBe(NOW - CLIENTS_FIRST_MS);
    expect(seenOf(due({ rows: {} })).awaySince).toBe(NOW - CLIENTS_FIRST_MS);
    expect(seenOf(due({ rows: {} })).row).toEqual({ epoch: 4, state: 'closed' });
    expect(seenOf(due({ rows: rows({}) })).awaySince).toBeNull();
  });

  it('a shard that never served waits for its first client', () => {
    const fresh = { main: [0, 1, 2, 3].map((shard) => ({ shard, epoch: 1, state: 'closed' as const })) };
    const plan = planCache(facts({ rows: fresh }));
    expect([plan.actions, plan.holds]).toEqual([[], []]);
    expect(plan.shards.map(({ awaySince }) => awaySince)).toEqual([null, null, null, null]);
  });

  it('not while any zone fails to reach it', () => {
    expect(kinds(due({ observations: unreachable([1], { zones: [ZONES[2]] }) }))).toEqual([]);
  });

  it('what came to nothing is not asked for again at every turn', () => {
    expect(causes(due({ ledger: [before('readmit', 299_999)] }))).toEqual(['readmit: asked-before']);
    expect(kinds(due({ ledger: [before('readmit', 300_000)] }))).toEqual(['readmit demo-cache-1']);
  });
});
