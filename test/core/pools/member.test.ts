import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  aged,
  answered,
  failed,
  joiningMember,
  late,
  MEMBER_DEFAULTS,
  MEMBER_STATES,
  type MemberState,
  newMember,
  probed,
  shareOf,
} from '../../../core/pools/index.ts';

const limits = MEMBER_DEFAULTS;
const at = (now: number, mayEject = true) => ({ now, random: 0, mayEject });
const times = (count: number, step: (state: MemberState) => MemberState, from = newMember(0)): MemberState =>
  Array.from({ length: count }).reduce<MemberState>((state) => step(state), from);

describe('a member', () => {
  it('is suspect after one failure and fresh again after one answer', () => {
    const suspect = failed(newMember(0), at(10), limits);
    expect(suspect).toMatchObject({ kind: 'suspect', errors: 1, since: 10 });
    expect(answered(suspect, 11)).toEqual({ kind: 'fresh', since: 11, ejections: 0 });
  });

  it('is ejected by the third failure in a row, with a back-off', () => {
    expect(times(2, (state) => failed(state, at(0), limits)).kind).toBe('suspect');
    const out = times(3, (state) => failed(state, at(0), limits));
    expect(out).toMatchObject({
      kind: 'ejected',
      reason: 'errors',
      until: limits.backoff.msMin,
      ejections: 1,
    });
  });

  it('is ejected for slowness only while others answer', () => {
    const alone = times(20, (state) => late(state, { ...at(0), othersAnswer: false }, limits));
    expect(alone.kind).toBe('suspect');
    const outlier = times(3, (state) => late(state, { ...at(0), othersAnswer: true }, limits));
    expect(outlier).toMatchObject({ kind: 'ejected', reason: 'slow' });
  });

  it('stays in the pool, suspect, where the panic floor forbids more', () => {
    const state = times(50, (before) => failed(before, at(0, false), limits));
    expect(state.kind).toBe('suspect');
    expect(shareOf(state, 0, limits)).toBe(1);
  });

  it('returns through probes, then through a growing share', () => {
    const out = times(3, (state) => failed(state, at(0), limits));
    expect(aged(out, limits.backoff.msMin - 1, limits)).toBe(out);
    const probing = aged(out, limits.backoff.msMin, limits);
    expect(probing.kind).toBe('probing');
    expect(shareOf(probing, 0, limits)).toBe(0);
    const returning = times(limits.probesMin, (state) => probed(state, true, at(1000), limits), probing);
    expect(returning.kind).toBe('returning');
    expect(shareOf(returning, 1000, limits)).toBeCloseTo(limits.rampShareMin);
    expect(shareOf(returning, 1000 + limits.rampMs / 2, limits)).toBeCloseTo((1 + limits.rampShareMin) / 2);
    expect(aged(returning, 1000 + limits.rampMs, limits).kind).toBe('fresh');
  });

  it('goes out again at the first failure while it returns, for twice as long', () => {
    const returning: MemberState = { kind: 'returning', since: 0, ejections: 1, lates: 0 };
    const out = failed(returning, at(100), limits);
    expect(out).toMatchObject({ kind: 'ejected', ejections: 2, until: 100 + 2 * limits.backoff.msMin });
  });

  it('keeps its share while returning when it is late once, and loses it when late again and again', () => {
    const returning: MemberState = { kind: 'returning', since: 0, ejections: 1, lates: 0 };
    const once = late(returning, { ...at(10), othersAnswer: true }, limits);
    expect(once).toMatchObject({ kind: 'returning', since: 0, lates: 1 });
    expect(answered(once, 11)).toMatchObject({ kind: 'returning', lates: 0 });
    expect(times(3, (s) => late(s, { ...at(10), othersAnswer: true }, limits), returning).kind).toBe(
      'ejected',
    );
  });

  it('waits longer after each failed probe, and forgets after a calm minute', () => {
    const probing: MemberState = { kind: 'probing', since: 0, ejections: 1, passed: 0 };
    expect(probed(probing, false, at(0), limits)).toMatchObject({
      reason: 'unproven',
      ejections: 2,
      until: 1000,
    });
    const fresh: MemberState = { kind: 'fresh', since: 0, ejections: 4 };
    expect(aged(fresh, limits.forgetMs, limits)).toMatchObject({ ejections: 0 });
  });

  it('is probed first when it joins later', () => {
    expect(joiningMember(5)).toEqual({ kind: 'probing', since: 5, ejections: 0, passed: 0 });
  });

  it('is always in one of the named states, with a share from 0 to 1', () => {
    const event = fc.constantFrom('ok', 'error', 'late', 'time', 'pass', 'miss');
    fc.assert(
      fc.property(fc.array(fc.tuple(event, fc.nat(2000)), { maxLength: 100 }), (events) => {
        let state = newMember(0);
        let now = 0;
        for (const [name, ms] of events) {
          now += ms;
          if (name === 'ok') state = answered(state, now);
          if (name === 'error') state = failed(state, at(now), limits);
          if (name === 'late') state = late(state, { ...at(now), othersAnswer: true }, limits);
          if (name === 'time') state = aged(state, now, limits);
          if (name === 'pass' || name === 'miss') state = probed(state, name === 'pass', at(now), limits);
          expect(MEMBER_STATES).toContain(state.kind);
          const share = shareOf(state, now, limits);
          expect(share).toBeGreaterThanOrEqual(0);
          expect(share).toBeLessThanOrEqual(1);
          if (state.kind === 'ejected') expect(state.until).toBeGreaterThan(state.since);
        }
      }),
    );
  });
});
