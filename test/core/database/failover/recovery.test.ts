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
} from '../../../../core/database/index.ts';
import { ledgerItem, NOW, observation, ZONES } from '../fixtures.ts';
import { MEMBERS, STALLED, seen, cluster, facts } from './facts.ts';

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
