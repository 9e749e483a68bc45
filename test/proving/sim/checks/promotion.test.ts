import { describe, expect, it } from 'vitest';
import { fitTarget, onlyWhenWritesFail } from '../../../../proving/sim/checks/promotion.ts';
import { call, commit, database, engine, NOW, observation, sayLast, view } from './view.ts';

const write = (ok: boolean, endedAt = NOW - 1000) => ({
  client: 'shop-1',
  kind: 'write' as const,
  startedAt: endedAt - 5,
  endedAt,
  ok,
  attempts: 1,
  memberId: 'db-1',
});

describe('I-16: no promotion while writes succeed', () => {
  const asked = (requests: ReturnType<typeof write>[]) =>
    sayLast(onlyWhenWritesFail(), view({ calls: [call({ effective: false })], requests }));

  it('holds below 95 of 100 and breaks from there, asked for is enough', () => {
    const of = (ok: number) => Array.from({ length: 100 }, (_, index) => write(index < ok));
    expect(asked(of(94))).toBeNull();
    expect(asked(of(95))).toMatch(/95 of 100 writes succeeded within 15000 ms/);
  });

  it('looks at the window only, and at writes only', () => {
    const old = Array.from({ length: 100 }, () => write(true, NOW - 15_001));
    expect(asked([...old, write(false)])).toBeNull();
    const reads = Array.from({ length: 100 }, () => ({ ...write(true), kind: 'read' as const }));
    expect(asked([...reads, write(false)] as ReturnType<typeof write>[])).toBeNull();
  });

  it('has nothing to check where nobody wrote', () => {
    const checker = onlyWhenWritesFail();
    expect(sayLast(checker, view({ calls: [call()] }))).toBeNull();
    expect(checker.checked).toBe(0);
    expect(sayLast(checker, view({ calls: [call(), call()], requests: [write(false)] }))).toBeNull();
    expect(checker.checked).toBe(1);
  });
});

describe('I-17: a fit target', () => {
  const asked = (change: Parameters<typeof view>[0], target = 'db-2') =>
    sayLast(fitTarget(), view({ calls: [call({ target })], ...change }));
  const lagging = (az: string, lagMs: number) => {
    const item = observation(az);
    return { ...item, samples: item.samples.map((s) => (s.memberId === 'db-2' ? { ...s, lagMs } : s)) };
  };

  it('holds for a healthy reader of ours', () => {
    const checker = fitTarget();
    expect(sayLast(checker, view({ calls: [call()], observations: [observation('az-a')] }))).toBeNull();
    expect(checker.checked).toBe(1);
  });

  it('breaks for a member that is not ours', () => {
    expect(asked({}, 'db-9')).toMatch(/no member of ours/);
  });

  it('breaks for one that every prober knows to lag, and not where it is not known', () => {
    expect(asked({ observations: [lagging('az-a', 5001), lagging('az-b', 9000)] })).toMatch(/lags 5001 ms/);
    expect(asked({ observations: [lagging('az-a', 5000), lagging('az-b', 9000)] })).toBeNull();
    const unknown = observation('az-a');
    const samples = unknown.samples.map((s) => ({ ...s, lagMs: null }));
    expect(asked({ observations: [{ ...unknown, samples }] })).toBeNull();
  });

  it('breaks for one that every prober calls failed', () => {
    const failed = (az: string) => observation(az, { 'db-2': 'reader-broken' });
    expect(asked({ observations: [failed('az-a'), failed('az-b')] })).toMatch(/every prober that votes/);
    expect(asked({ observations: [failed('az-a'), observation('az-b')] })).toBeNull();
  });

  it('breaks for one that lacks what was acknowledged long ago', () => {
    const commits = [
      commit({ at: NOW - 15_000, position: 100 }),
      commit({ at: NOW - 14_999, position: 200 }),
    ];
    const behind = (position: number) =>
      database({ commits, engines: [engine('db-1'), engine('db-2', { position }), engine('db-3')] });
    expect(asked({ database: behind(100) })).toBeNull();
    expect(asked({ database: behind(99) })).toMatch(/stands at 99, 100 was acknowledged 15000 ms ago/);
  });

  it('breaks when the new writer lacks what was acknowledged before its promotion', () => {
    const commits = [commit({ position: 100 })];
    const promoted = (position: number) =>
      view({
        database: database({
          commits,
          generation: 2,
          engines: [engine('db-1'), engine('db-2', { role: 'writer', generation: 2, position })],
        }),
      });
    const before = view({ database: database({ commits }) });
    expect(sayLast(fitTarget(), before, promoted(100))).toBeNull();
    expect(sayLast(fitTarget(), before, promoted(99))).toMatch(
      /db-2 was promoted at 99, 100 was acknowledged/,
    );
  });
});
