import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONNECTION_SET_DEFAULTS } from '../../runtime/connection-set.ts';
import type { WriteOptions } from '../../runtime/write-pool.ts';
import { drive, outcomeOf, stage, type Stage } from './simulated/stage.ts';

const insert = ({ database }: Stage, value: unknown, options?: WriteOptions) =>
  database.writes.execute(async (session) => {
    await session.query('insert', [value]);
    return value;
  }, options);
const writerOf = ({ database }: Stage) => database.writes.describe().writer;

async function run(s: Stage, request: Promise<unknown>, ms = 5000) {
  const pending = outcomeOf(s.clock, request);
  await s.clock.advance(ms);
  return pending;
}

describe('the write pool', () => {
  it('commits on the writer and returns a position that covers the write', async () => {
    const s = await stage();
    const outcome = await run(s, insert(s, 'a', { position: true }));
    expect(outcome.value).toEqual({ value: 'a', position: '1' });
    expect(s.cluster.committed).toEqual(['a']);
    expect((await run(s, insert(s, 'b'))).value).toEqual({ value: 'b', position: null });
    await s.database.close();
  });

  it('rolls back and passes on what the work throws itself', async () => {
    const s = await stage();
    const request = s.database.writes.execute(async (session) => {
      await session.query('insert', ['a']);
      throw new RangeError('mine');
    });
    expect((await run(s, request)).error).toBeInstanceOf(RangeError);
    expect(s.cluster.committed).toEqual([]);
    expect(writerOf(s).kind).toBe('verified');
    await s.database.close();
  });

  it('waits for the new writer instead of failing, and adds little to the failover', async () => {
    const s = await stage();
    let promotedAt = 0;
    s.clock.after(1000, () => s.cluster.kill('w'));
    s.clock.after(3500, () => {
      s.cluster.writerId = 'r1';
      promotedAt = s.clock.now();
    });
    let firstAfter = Infinity;
    const outcomes = await drive(s.clock, {
      perSecond: 100,
      ms: 5000,
      request: async (n) => {
        await insert(s, n, { idempotent: true });
        if (promotedAt > 0) firstAfter = Math.min(firstAfter, s.clock.now());
      },
    });
    expect(outcomes.filter((outcome) => !outcome.ok)).toEqual([]);
    expect(firstAfter - promotedAt).toBeLessThan(250);
    expect(new Set(s.cluster.committed).size).toBe(500);
    await s.database.close();
  });

  it('F-02: leaves a frozen writer, and ends the writes that hang on it', async () => {
    const s = await stage();
    s.clock.after(1000, () => {
      s.cluster.member('w').health = 'frozen';
    });
    s.clock.after(3000, () => {
      s.cluster.writerId = 'r2';
    });
    const request = (n: number) => insert(s, n, { idempotent: true });
    const outcomes = await drive(s.clock, { perSecond: 100, ms: 5000, request });
    expect(outcomes.filter((outcome) => !outcome.ok)).toEqual([]);
    expect(writerOf(s)).toMatchObject({ kind: 'verified', memberId: 'r2' });
    await s.database.close();
  });

  it('I-27: drops a connection that answers read-only, and looks for the writer at once', async () => {
    const s = await stage();
    await run(s, insert(s, 'warm'), 100);
    s.cluster.writerId = 'r1';
    const outcome = await run(s, insert(s, 'a'), 1000);
    expect(outcome.ok).toBe(true);
    expect(outcome.ms).toBeLessThan(300);
    expect(writerOf(s)).toMatchObject({ kind: 'verified', memberId: 'r1' });
    await s.database.close();
  });

  it('I-27: uses no new connection before its member says that it is the writer', async () => {
    const connections = { ...CONNECTION_SET_DEFAULTS, connectionsWarm: 0 };
    const s = await stage(undefined, { limits: { writes: { connections } } });
    // Demoted without a word: no connection breaks, and the member is still the one verified last.
    s.cluster.writerId = 'r2';
    expect(writerOf(s)).toMatchObject({ kind: 'verified', memberId: 'w' });
    const worked: string[] = [];
    const request = s.database.writes.execute(async (session) => worked.push(session.memberId));
    expect((await run(s, request)).ok).toBe(true);
    expect(worked).toEqual(['r2']);
    await s.database.close();
  });

  it('says "check" when the acknowledgement of a write that may not be repeated is lost', async () => {
    const s = await stage();
    s.cluster.member('w').loseCommitAnswers = 1;
    const outcome = await run(s, insert(s, 'a'));
    expect(outcome.error).toMatchObject({ code: 'outcome-unknown', advice: 'check' });
    expect(s.cluster.committed).toEqual(['a']);
    await s.database.close();
  });

  it('repeats an idempotent write whose acknowledgement is lost', async () => {
    const s = await stage();
    s.cluster.member('w').loseCommitAnswers = 1;
    const outcome = await run(s, insert(s, 'a', { idempotent: true }));
    expect(outcome.ok).toBe(true);
    expect(s.cluster.committed).toEqual(['a', 'a']);
    await s.database.close();
  });

  it('still says "check" when the repetition of an unknown write fails for certain', async () => {
    const s = await stage();
    s.cluster.member('w').loseCommitAnswers = 1;
    let runs = 0;
    const request = s.database.writes.execute(
      async (session) => {
        runs += 1;
        if (runs === 1) return session.query('insert', ['a']);
        s.cluster.member('w').failWith = 'caller';
        return session.query('insert', ['a']);
      },
      { idempotent: true },
    );
    expect((await run(s, request)).error).toMatchObject({ code: 'outcome-unknown', advice: 'check' });
    await s.database.close();
  });

  it('repeats a write that lost its connection before the commit, idempotent or not', async () => {
    const s = await stage();
    let runs = 0;
    const request = s.database.writes.execute(async (session) => {
      runs += 1;
      const sent = session.query('insert', ['a']);
      if (runs === 1)
        for (const connection of s.cluster.open) if (connection.memberId === 'w') connection.lose();
      await sent;
    });
    expect((await run(s, request)).ok).toBe(true);
    expect(runs).toBe(2);
    expect(s.cluster.committed).toEqual(['a']);
    await s.database.close();
  });

  it('gives up with "no-writer" at the deadline, and refuses what waits above the bound', async () => {
    const s = await stage(undefined, { limits: { writes: { waitersMax: 5, deadlineMs: 2000 } } });
    s.cluster.kill('w');
    await s.clock.advance(100);
    const waiting = Promise.all(Array.from({ length: 7 }, (_, n) => outcomeOf(s.clock, insert(s, n))));
    await s.clock.advance(5000);
    const codes = (await waiting).map((outcome) => outcome.error!.code);
    expect(codes.filter((code) => code === 'no-writer')).toHaveLength(5);
    expect(codes.filter((code) => code === 'queue-full')).toHaveLength(2);
    await s.database.close();
  });

  it('repeats what lost a race, and does not doubt the writer for load (fact 46)', async () => {
    const s = await stage();
    const member = s.cluster.member('w');
    member.failWith = 'conflict';
    s.clock.after(15, () => {
      member.failWith = null;
    });
    expect((await run(s, insert(s, 'a'), 1000)).ok).toBe(true);
    member.failWith = 'load';
    expect((await run(s, insert(s, 'b'), 1000)).error).toMatchObject({ code: 'overloaded', advice: 'retry' });
    expect(writerOf(s)).toMatchObject({ kind: 'verified', memberId: 'w' });
    await s.database.close();
  });

  it('I-29: finds the new writer though every name of the cluster leads nowhere', async () => {
    const s = await stage();
    s.cluster.kill('w');
    s.cluster.writerId = 'r1';
    const connect = s.cluster.connect.bind(s.cluster);
    s.cluster.connect = (member, options) =>
      member.host === 'endpoint' ? new Promise(() => {}) : connect(member, options);
    expect((await run(s, insert(s, 'a'))).ok).toBe(true);
    await s.database.close();
  });

  it('I-19: loses no acknowledged write and doubles none that may not be repeated, whatever fails', async () => {
    const fault = fc.record({
      at: fc.integer({ min: 0, max: 3000 }),
      what: fc.constantFrom('kill', 'freeze', 'lose', 'demote', 'blip'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fault, { maxLength: 4 }), fc.nat(1e6), async (faults, seed) => {
        const s = await stage(['a', 'b', 'c'], { seed });
        for (const { at, what } of faults) s.clock.after(at, () => inject(s, what));
        const acknowledged: number[] = [];
        const unknown: number[] = [];
        const outcomes = await drive(s.clock, {
          perSecond: 50,
          ms: 4000,
          request: async (n) => {
            try {
              await insert(s, n);
              acknowledged.push(n);
            } catch (error) {
              if ((error as { advice?: string }).advice === 'check') unknown.push(n);
              throw error;
            }
          },
        });
        expect(outcomes).toHaveLength(200);
        const times = new Map<unknown, number>();
        for (const value of s.cluster.committed) times.set(value, (times.get(value) ?? 0) + 1);
        for (const n of acknowledged) expect(times.get(n)).toBe(1);
        for (const [n, count] of times) {
          expect(count).toBe(1);
          expect([...acknowledged, ...unknown]).toContain(n);
        }
        await s.database.close();
      }),
      { numRuns: 40 },
    );
  });
});

function inject(s: Stage, what: string): void {
  const writer = s.cluster.member(s.cluster.writerId);
  const next = s.cluster.members.find((member) => member.id !== writer.id && member.health === 'up');
  if (what === 'lose') writer.loseCommitAnswers += 2;
  if (what === 'blip')
    for (const connection of s.cluster.open) if (connection.member === writer) connection.lose();
  if (!next || what === 'lose' || what === 'blip') return;
  if (what === 'kill') s.cluster.kill(writer.id);
  if (what === 'freeze') writer.health = 'frozen';
  s.clock.after(500, () => {
    s.cluster.writerId = next.id;
  });
}
