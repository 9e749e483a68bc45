import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chooseTarget,
  decideFailover,
  intendCall,
  moveRecovery,
  openRecovery,
  reviewRecovery,
  viewpoints,
  type DescribedCluster,
  type FailoverFacts,
} from '../../../core/database/index.ts';
import type { Failure } from '../../../core/failures.ts';
import type { ObservationItem } from '../../../core/state/items.ts';
import { ledgerItem, NOW, observation, outcome, T, ZONES } from './fixtures.ts';

const MEMBERS = ['a', 'b', 'c'];
const STALLED: Record<string, Failure> = { a: 'writer-stalled' };

function seen(zones: number, failures = STALLED, change: Partial<ObservationItem> = {}): ObservationItem[] {
  return ZONES.map((az, i) =>
    observation({ az, members: MEMBERS, failures: i < zones ? failures : {}, change }),
  );
}

function cluster(change: Partial<DescribedCluster> = {}): DescribedCluster {
  const members = MEMBERS.map((id, i) => ({
    id,
    isWriter: id === 'a',
    promotionTier: 1,
    az: ZONES[i]!,
    status: 'available',
  }));
  return { clusterId: 'c', status: 'available', members, at: NOW - 100, ...change };
}

function facts(change: Partial<FailoverFacts> = {}): FailoverFacts {
  return {
    now: NOW,
    clusterId: 'c',
    thresholds: T,
    memberIds: MEMBERS,
    observations: seen(2),
    outcomes: [],
    cluster: cluster(),
    ledger: [],
    ...change,
  };
}

const causeOf = (given: FailoverFacts): string => {
  const decision = decideFailover(given);
  return decision.state === 'holding' ? decision.cause : decision.state;
};

describe('decideFailover', () => {
  it('fails over when two probers in different zones see the writer stalled for long enough', () => {
    const decision = decideFailover(facts());
    expect(decision).toMatchObject({
      state: 'failover',
      failure: 'writer-stalled',
      writer: 'a',
      target: 'b',
    });
    if (decision.state !== 'failover') return;
    expect(decision.evidence).toHaveLength(3);
    expect(decision.evidence[0]).toMatch(/^observation#eu-west-1a\|2026-11-22T/);
    expect(decision.reason).toContain('probers in eu-west-1a, eu-west-1b');
    expect(decision.reason).toContain('10000 ms');
  });

  it.each<Failure>(['writer-unreachable', 'writer-read-only', 'writer-stalled'])('acts on %s', (failure) => {
    expect(causeOf(facts({ observations: seen(2, { a: failure }) }))).toBe('failover');
  });

  it('finds a healthy writer healthy', () => {
    expect(causeOf(facts({ observations: seen(0) }))).toBe('healthy');
  });

  it('I-06: one prober alone is not enough, one plus a client is', () => {
    expect(causeOf(facts({ observations: seen(1) }))).toBe('not-agreed');
    const accusing = outcome({ writes: { ok: 1, errors: 9 } });
    expect(causeOf(facts({ observations: seen(1), outcomes: [accusing] }))).toBe('failover');
  });

  it('I-06: clients alone, however many processes, are not enough', () => {
    const crowd = Array.from({ length: 50 }, (_, i) =>
      outcome({ processId: `p${i}`, writes: { ok: 0, errors: 9 } }),
    );
    expect(causeOf(facts({ observations: seen(0), outcomes: crowd }))).toBe('healthy');
  });

  it('I-06, F-06: a blind prober does not vote', () => {
    const [one, two, three] = seen(2);
    expect(causeOf(facts({ observations: [one!, { ...two!, blind: true }, three!] }))).toBe('not-agreed');
  });

  it('I-08, I-30: old, missing and future-dated observations abstain', () => {
    const old = seen(2, STALLED, { at: NOW - T['observation-age-ms-max'] - 1 });
    expect(causeOf(facts({ observations: old }))).toBe('no-votes');
    expect(causeOf(facts({ observations: [] }))).toBe('no-votes');
    expect(causeOf(facts({ observations: seen(2, STALLED, { at: NOW + 2001 }) }))).toBe('no-votes');
  });

  it('I-12: an observation of a prober that was taken over is ignored, even if it is newer', () => {
    const taken = observation({
      az: ZONES[0],
      members: MEMBERS,
      failures: STALLED,
      change: { token: 1, at: NOW - 10 },
    });
    const current = observation({ az: ZONES[0], members: MEMBERS, change: { token: 2, at: NOW - 500 } });
    const other = observation({ az: ZONES[1], members: MEMBERS, failures: STALLED });
    expect(causeOf(facts({ observations: [taken, current, other] }))).toBe('not-agreed');
  });

  it('I-06: one prober alone waits for the word of the clients, as long as a report of theirs counts', () => {
    const alone = (since: number) =>
      facts({
        observations: seen(1).map((item) => ({
          ...item,
          verdicts: item.verdicts.map((verdict) => ({ ...verdict, since })),
        })),
      });
    expect(decideFailover(alone(NOW - 2000))).toMatchObject({
      state: 'holding',
      cause: 'not-agreed',
      reviewAt: NOW + 1000,
    });
    const old = NOW - T['outcome-window-ms'] - 1;
    expect(decideFailover(alone(old))).toMatchObject({ cause: 'not-agreed', reviewAt: null });
  });

  it('I-16: holds while clients’ writes succeed at write-success-ratio, and not one below it', () => {
    const at = (ok: number) => facts({ outcomes: [outcome({ writes: { ok, errors: 100 - ok } })] });
    expect(causeOf(at(95))).toBe('writes-succeed');
    expect(causeOf(at(94))).toBe('failover');
  });

  it('I-16: a short report of a few errors does not hide the writes that succeeded before it', () => {
    const report = outcome({
      writes: { ok: 0, errors: 2 },
      recentWrites: { ok: 43, errors: 2, windowMs: 15_000 },
    });
    expect(causeOf(facts({ outcomes: [report] }))).toBe('writes-succeed');
  });

  it('I-30: clients that wrote nothing, or long ago, abstain', () => {
    const stale = outcome({ at: NOW - T['outcome-window-ms'] - 1, writes: { ok: 100, errors: 0 } });
    expect(causeOf(facts({ outcomes: [stale] }))).toBe('failover');
    expect(causeOf(facts({ outcomes: [outcome()] }))).toBe('failover');
  });

  it('holds off while AWS acts, cannot be asked, or was asked too long ago', () => {
    expect(causeOf(facts({ cluster: cluster({ status: 'failing-over' }) }))).toBe('aws-acting');
    expect(causeOf(facts({ cluster: null }))).toBe('aws-unknown');
    expect(causeOf(facts({ cluster: cluster({ at: NOW - 10_001 }) }))).toBe('aws-unknown');
  });

  it('F-16: asks AWS again in a second, not at the next event: one throttled call must not cost a minute', () => {
    for (const unknown of [null, cluster({ at: NOW - 10_001 })])
      expect(decideFailover(facts({ cluster: unknown }))).toMatchObject({
        cause: 'aws-unknown',
        reviewAt: NOW + 1000,
      });
  });

  it('F-14: holds off when the description names another writer, in every older version of it', () => {
    for (const writer of ['b', 'c']) {
      const members = cluster().members.map((member) => ({ ...member, isWriter: member.id === writer }));
      expect(causeOf(facts({ cluster: cluster({ members }) }))).toBe('aws-disagrees');
    }
    expect(causeOf(facts({ cluster: cluster({ members: [] }) }))).toBe('aws-disagrees');
  });

  it('holds off for managed-hold-ms after the writer has moved', () => {
    const moved = (ago: number) =>
      facts({ observations: seen(2, STALLED, { writer: { memberId: 'a', since: NOW - ago } }) });
    expect(causeOf(moved(59_000))).toBe('young-failover');
    expect(causeOf(moved(60_000))).toBe('failover');
  });

  it('waits gray-hold-ms for what AWS does not see and managed-hold-ms for what it does', () => {
    const since = (ago: number, reach: 'timeout' | 'refused') =>
      facts({
        observations: ZONES.map((az) => {
          const failures: Record<string, Failure> = { a: 'writer-unreachable' };
          const item = observation({ az, members: MEMBERS, failures, since: NOW - ago });
          const samples = item.samples.map((s) => (s.memberId === 'a' ? { ...s, reach } : s));
          return { ...item, samples };
        }),
      });
    expect(causeOf(since(4999, 'timeout'))).toBe('gray-hold');
    expect(causeOf(since(5000, 'timeout'))).toBe('failover');
    expect(causeOf(since(59_999, 'refused'))).toBe('managed-hold');
    expect(causeOf(since(60_000, 'refused'))).toBe('failover');
  });

  it('I-10: once in a cooldown; an acknowledgement is the only bypass', () => {
    const acted = ledgerItem();
    expect(causeOf(facts({ ledger: [acted] }))).toBe('cooldown');
    expect(causeOf(facts({ ledger: [{ ...acted, acknowledged: { by: 'ana', why: 'x', at: NOW } }] }))).toBe(
      'failover',
    );
    const step = { ...acted.steps[0]!, at: NOW - T['cooldown-ms'] };
    expect(causeOf(facts({ ledger: [{ ...acted, steps: [step] }] }))).toBe('failover');
  });

  it('I-10: a call of unknown outcome counts, a refused one does not', () => {
    const as = (result: 'unknown' | 'pending' | 'refused' | 'skipped') => {
      const item = ledgerItem();
      return facts({ ledger: [{ ...item, steps: [{ ...item.steps[0]!, outcome: result }] }] });
    };
    expect(causeOf(as('unknown'))).toBe('cooldown');
    expect(causeOf(as('pending'))).toBe('cooldown');
    expect(causeOf(as('refused'))).toBe('failover');
    expect(causeOf(as('skipped'))).toBe('failover');
  });

  it('SEC-09: a writer or a target outside the closed set is never acted on', () => {
    expect(causeOf(facts({ memberIds: ['b', 'c'] }))).toBe('not-agreed');
    expect(causeOf(facts({ memberIds: ['a'] }))).toBe('no-target');
  });

  it('I-36: the same evidence gives the same decision', () => {
    expect(decideFailover(structuredClone(facts()))).toEqual(decideFailover(facts()));
  });
});

describe('the target', () => {
  const { voting } = viewpoints(seen(2), { now: NOW, ageMsMax: 10_000 });
  const choose = (
    change: (member: DescribedCluster['members'][number]) => object,
    lags: Record<string, number> = {},
  ) => {
    const members = cluster().members.map((member) => ({ ...member, ...change(member) }));
    const lagging = voting.map((item) => ({
      ...item,
      samples: item.samples.map((s) => ({ ...s, lagMs: lags[s.memberId] ?? s.lagMs })),
    }));
    return chooseTarget(facts(), cluster({ members }), 'a', lagging).target;
  };
  it('lags least, then has the lower tier, then the first name', () => {
    expect(choose(() => ({}))).toBe('b');
    expect(choose(() => ({}), { b: 450 })).toBe('c');
    expect(choose(({ id }) => ({ promotionTier: id === 'c' ? 0 : 1 }))).toBe('c');
    expect(choose(({ id }) => ({ promotionTier: id === 'c' ? 0 : 1 }), { c: 450 })).toBe('b');
  });
  it('stands in another zone than the failed writer when there is a choice', () => {
    expect(choose(({ id }) => ({ az: id === 'c' ? ZONES[2] : ZONES[0] }), { c: 900 })).toBe('c');
    expect(choose(() => ({ az: ZONES[0] }))).toBe('b');
  });
  it('I-17: is available, seen healthy, and within promotion-lag-ms-max', () => {
    expect(choose(({ id }) => ({ status: id === 'b' ? 'rebooting' : 'available' }))).toBe('c');
    expect(choose(() => ({ status: null }))).toBe(null);
    expect(choose(() => ({}), { b: 5001, c: 5000 })).toBe('c');
    expect(choose(() => ({}), { b: 5001, c: 5001 })).toBe(null);
    const failing = seen(2, { ...STALLED, b: 'reader-unreachable' });
    expect(decideFailover(facts({ observations: failing }))).toMatchObject({ target: 'c' });
  });
});

describe('an unfinished recovery', () => {
  const called = NOW - 40_000;
  const acting = (result: 'accepted' | 'unknown' | 'pending') => {
    const item = ledgerItem({ state: 'waiting', startedAt: called });
    return {
      ...item,
      steps: item.steps.map((s) => (s.call === null ? s : { ...s, at: called, outcome: result })),
    };
  };
  const movedTo = (id: string) => ZONES.map((az) => observation({ az, members: MEMBERS, writer: id }));

  it('is done when the members name another writer that takes writes, whatever AWS says (F-15)', () => {
    expect(reviewRecovery(acting('accepted'), facts({ observations: movedTo('b') }))).toMatchObject({
      state: 'done',
      writer: 'b',
    });
    const saysDone = cluster({ members: cluster().members.map((m) => ({ ...m, isWriter: m.id === 'b' })) });
    expect(reviewRecovery(acting('accepted'), facts({ cluster: saysDone })).state).toBe('waiting');
  });
  it('waits for an accepted call, and is late after a while', () => {
    expect(reviewRecovery(acting('accepted'), facts())).toMatchObject({ state: 'waiting', late: false });
    const old = { ...acting('accepted'), startedAt: NOW - 121_000 };
    expect(reviewRecovery(old, facts())).toMatchObject({ state: 'waiting', late: true });
    expect(reviewRecovery({ ...old, startedAt: NOW - 901_000 }, facts()).state).toBe('aborted');
  });
  it('I-13: ends when the role went away after the call and came back, with nobody there to see it', () => {
    const backSince = (since: number | null) =>
      seen(0).map((item) => ({ ...item, writer: { memberId: 'a', since } }));
    const calledAt = acting('accepted').steps.find(({ call }) => call !== null)!.at!;
    expect(
      reviewRecovery(acting('accepted'), facts({ observations: backSince(calledAt + 1) })),
    ).toMatchObject({
      state: 'done',
      writer: 'a',
    });
    expect(reviewRecovery(acting('accepted'), facts({ observations: backSince(calledAt) })).state).toBe(
      'waiting',
    );
    expect(reviewRecovery(acting('accepted'), facts({ observations: backSince(null) })).state).toBe(
      'waiting',
    );
    const oneKnowsBetter = backSince(calledAt + 1).with(0, backSince(null)[0]!);
    expect(reviewRecovery(acting('accepted'), facts({ observations: oneKnowsBetter })).state).toBe('waiting');
  });
  it('F-16: a call of unknown outcome is planned again only when everyone still names the old writer', () => {
    expect(reviewRecovery(acting('unknown'), facts()).state).toBe('replan');
    expect(reviewRecovery(acting('pending'), facts()).state).toBe('replan');
    expect(
      reviewRecovery(acting('unknown'), facts({ cluster: cluster({ status: 'failing-over' }) })).state,
    ).toBe('waiting');
    expect(reviewRecovery(acting('unknown'), facts({ cluster: null })).state).toBe('waiting');
    const young = { ...acting('unknown') };
    const steps = young.steps.map((s) => (s.call === null ? s : { ...s, at: NOW - 29_000 }));
    expect(reviewRecovery({ ...young, steps }, facts()).state).toBe('waiting');
  });
  it('that made no call is planned again, or closed when the writer has recovered', () => {
    const planned = openRecovery({
      decision: decideFailover(facts()) as Extract<ReturnType<typeof decideFailover>, { state: 'failover' }>,
      clusterId: 'c',
      function: 'write-failover',
      epoch: 3,
      now: NOW - 5000,
      mode: 'act',
    });
    expect(reviewRecovery(planned, facts()).state).toBe('replan');
    expect(reviewRecovery(planned, facts({ observations: seen(0) })).state).toBe('aborted');
  });
  it('makes at most three calls and moves only as its states allow', () => {
    let item = ledgerItem({
      state: 'planned',
      steps: [{ ...ledgerItem().steps[0]!, at: null, outcome: 'pending' }],
    });
    for (const name of ['failover', 'failover-2', 'failover-3']) {
      const intent = intendCall(item, { target: 'b', reason: '', now: NOW });
      expect(intent?.name).toBe(name);
      item = { ...item, steps: intent!.steps };
    }
    expect(intendCall(item, { target: 'b', reason: '', now: NOW })).toBe(null);
    expect(() => moveRecovery(ledgerItem({ state: 'done' }), 'acting', { now: NOW })).toThrow('cannot go');
    expect(() =>
      moveRecovery(ledgerItem({ state: 'planned', epoch: 5 }), 'acting', { now: NOW, epoch: 4 }),
    ).toThrow('cannot go');
  });
});

describe('properties of the failover decision', () => {
  const failure = fc.constantFrom<Failure | null>(
    null,
    'writer-unreachable',
    'writer-read-only',
    'writer-stalled',
  );
  const prober = fc.record({
    failure,
    blind: fc.boolean(),
    age: fc.integer({ min: -5000, max: 20_000 }),
    since: fc.integer({ min: 0, max: 90_000 }),
    writer: fc.constantFrom('a', 'a', 'a', 'b', null),
  });
  const input = fc.record({
    probers: fc.array(prober, { minLength: 0, maxLength: 3 }),
    writes: fc.option(fc.record({ ok: fc.nat(100), errors: fc.nat(100) }), { nil: null }),
    status: fc.constantFrom('available', 'available', 'failing-over', 'backing-up'),
    cooling: fc.boolean(),
    down: fc.boolean(),
  });
  it('I-06, I-08, I-10, I-16, I-17: a failover is decided only where every rule allows it', () => {
    let decided = 0;
    fc.assert(
      fc.property(input, ({ probers, writes, status, cooling, down }) => {
        const observations = probers.map((p, i) => {
          const failures: Record<string, Failure> = p.failure === null ? {} : { a: p.failure };
          const change = { at: NOW - p.age, blind: p.blind };
          return observation({
            az: ZONES[i]!,
            members: MEMBERS,
            writer: p.writer,
            failures,
            since: NOW - p.since,
            change,
          });
        });
        const outcomes = writes === null ? [] : [outcome({ writes })];
        const given = facts({
          observations,
          outcomes,
          cluster: down ? null : cluster({ status }),
          ledger: cooling ? [ledgerItem()] : [],
        });
        const decision = decideFailover(given);
        if (decision.state !== 'failover') return;
        decided += 1;
        const votes = probers.filter(
          (p) => !p.blind && p.age <= 10_000 && p.age >= -2000 && p.failure !== null,
        );
        const errors = writes === null ? 0 : writes.errors;
        const clientAccuses = writes !== null && errors >= 3 && errors >= writes.ok;
        expect(votes.length >= 2 || (votes.length === 1 && clientAccuses)).toBe(true);
        expect(votes.every((p) => p.since >= T['gray-hold-ms'])).toBe(true);
        if (writes !== null && writes.ok + errors > 0)
          expect(writes.ok / (writes.ok + errors)).toBeLessThan(0.95);
        expect([status, cooling, down]).toEqual(['available', false, false]);
        expect(['b', 'c']).toContain(decision.target);
      }),
      { numRuns: 12_000, seed: 20_261_122 },
    );
    expect(decided).toBeGreaterThan(50);
  });
});
