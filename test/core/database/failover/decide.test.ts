import { describe, expect, it } from 'vitest';
import { decideFailover } from '../../../../core/database/index.ts';
import type { Failure } from '../../../../core/failures.ts';
import type { OutcomeItem } from '../../../../core/state/items.ts';
import { ledgerItem, NOW, observation, outcome, T, ZONES } from '../fixtures.ts';
import { MEMBERS, STALLED, seen, cluster, facts, causeOf } from './facts.ts';

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

  it('I-16: writes that failed before the last report do not hide that all succeed again', () => {
    const recentWrites = { ok: 46, errors: 4, windowMs: 15_000 };
    const again = (writes: OutcomeItem['writes']) =>
      causeOf(facts({ outcomes: [outcome({ writes, recentWrites })] }));
    expect(again({ ok: 17, errors: 0 })).toBe('writes-succeed');
    expect(again({ ok: 14, errors: 3 })).toBe('failover');
    // A few that came through are no sign that the writer works.
    expect(again({ ok: 4, errors: 0 })).toBe('failover');
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
