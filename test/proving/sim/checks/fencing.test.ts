import { describe, expect, it } from 'vitest';
import { freshEvidence, growingTokens, oneHolder } from '../../../../proving/sim/checks/fencing.ts';
import { call, invocation, NOW, pool, sayLast, THRESHOLDS, view } from './view.ts';

const other = { invocation: 'i-2', token: 2 };

describe('I-07: tokens of a channel grow', () => {
  const after = (...calls: ReturnType<typeof call>[]) => sayLast(growingTokens(), view({ calls }));

  it('holds for several calls of one holder and a higher token of the next', () => {
    const checker = growingTokens();
    expect(sayLast(checker, view({ calls: [call(), call(), call(other)] }))).toBeNull();
    expect(checker.checked).toBe(3);
  });

  it('breaks when a lower token takes effect, or an equal one of another holder', () => {
    expect(after(call(other), call())).toMatch(/with token 1 after 2 of i-2/);
    expect(after(call(), call({ invocation: 'i-2' }))).toMatch(/with token 1 after 1/);
  });

  it('lets a lower token be refused', () => {
    expect(after(call(other), call({ effective: false }))).toBeNull();
  });

  it('breaks without a lease, and with one that ends before the request may', () => {
    expect(after(call({ token: null, leaseUntil: null }))).toMatch(/without a lease/);
    expect(after(call({ leaseUntil: NOW + 9_999 }))).toMatch(/9999 ms of its lease left/);
    expect(after(call({ leaseUntil: NOW + 10_000 }))).toBeNull();
  });

  it('breaks when the call takes effect after the lease has ended, though it was issued before', () => {
    const late = { at: NOW + 60_001, issuedAt: NOW };
    expect(after(call(late))).toMatch(/took effect 1 ms after its lease had ended/);
    expect(after(call({ ...late, call: 'state:PutPool' }))).toBeNull();
    expect(after(call({ ...late, effective: false }))).toBeNull();
  });

  it('asks no rest of the lease where the table compares the token itself', () => {
    expect(after(call({ call: 'state:PutPool', leaseUntil: NOW + 1 }))).toBeNull();
  });
});

describe('I-08: fresh evidence at the commit', () => {
  const aged = (ms: number, change = {}) =>
    sayLast(freshEvidence(), view({ calls: [call({ evidenceAt: NOW - ms, ...change })] }));
  const limit = THRESHOLDS['observation-age-ms-max'];

  it('holds up to the limit and breaks beyond it', () => {
    expect(aged(limit)).toBeNull();
    expect(aged(limit + 1)).toMatch(/evidence 10001 ms old, the limit is 10000 ms/);
  });

  it('asks none for a pool that is written again with nothing new in it', () => {
    const put = call({ call: 'state:PutPool', evidenceAt: null });
    const first = pool({ 'db-2': 'in', 'db-3': 'in' });
    const after = (next: object) => {
      const again = view({ pool: { ...first, epoch: 2, at: NOW + 1, ...next }, calls: [put] });
      return sayLast(freshEvidence(), view({ pool: first }), again);
    };
    expect(after({})).toBeNull();
    expect(after({ failOpen: true })).toMatch(/without any evidence/);
    expect(sayLast(freshEvidence(), view({ pool: first }), view({ pool: first, calls: [put] }))).toMatch(
      /without/,
    );
  });

  it('counts from when the call was issued: nobody can look again on the way', () => {
    expect(aged(0, { evidenceAt: NOW - limit, issuedAt: NOW, at: NOW + 9000 })).toBeNull();
  });

  it('does not ask it of a call without effect, and breaks without any evidence', () => {
    expect(aged(limit + 1, { effective: false })).toBeNull();
    expect(aged(0, { evidenceAt: null })).toMatch(/without any evidence/);
  });
});

describe('I-12: one holder acts', () => {
  const running = [invocation(), invocation({ id: 'i-2' })];
  const ended = [invocation({ endedAt: NOW - 1, end: 'returned' }), invocation({ id: 'i-2' })];
  const first = call({ at: NOW - 5000 });

  it('holds when the second acts after the first has ended', () => {
    const checker = oneHolder();
    const before = view({ calls: [first], invocations: running });
    expect(sayLast(checker, before, view({ calls: [first, call(other)], invocations: ended }))).toBeNull();
    expect(checker.checked).toBe(2);
  });

  it('breaks when the second acts while the first runs under its lease', () => {
    const said = sayLast(oneHolder(), view({ calls: [first, call(other)], invocations: running }));
    expect(said).toMatch(/while i-1 runs and holds its lease for 60000 ms/);
  });

  it('breaks when a token below the highest seen takes effect, on whatever channel', () => {
    const put = call({ function: 'replica-pool', call: 'state:PutPool', invocation: 'i-9', token: 7 });
    const edit = call({ function: 'replica-pool', call: 'rds:ModifyDBClusterEndpoint', token: 6 });
    expect(sayLast(oneHolder(), view({ calls: [put, edit] }))).toMatch(/token 6, i-9 acted with 7/);
  });

  it('keeps the leases of two functions apart', () => {
    const put = call({ function: 'replica-pool', call: 'state:PutPool', invocation: 'i-9', token: 7 });
    expect(sayLast(oneHolder(), view({ calls: [put, call()], invocations: running }))).toBeNull();
  });
});
