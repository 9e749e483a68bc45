/** I-23 of the pools: over random failures no request makes more than three attempts, all of them 1.1 a request. */

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONNECTION_SET_DEFAULTS, ConnectionSet } from '../../runtime/connection-set.ts';
import { DatabaseFailure } from '../../runtime/errors.ts';
import { wasRetried } from '../../runtime/retries/mark.ts';
import { stage, type Stage } from './simulated/stage.ts';
import { VirtualClock } from './simulated/virtual-clock.ts';

/** What a statement meets on its member from here on: an error by kind or SQLSTATE, a freeze, or nothing. */
const TROUBLES = ['none', 'lost', 'conflict', 'load', 'broken', 'timed-out', '53300', 'frozen'] as const;
const step = fc.record({
  member: fc.constantFrom('w', 'r1', 'r2'),
  trouble: fc.constantFrom(...TROUBLES),
  requests: fc.integer({ min: 1, max: 8 }),
  afterMs: fc.nat(800),
});
type Step = ReturnType<typeof step.generate>['value'];

const tooMany = (memberId: string): DatabaseFailure =>
  new DatabaseFailure('load', { memberId, message: 'too many connections', sqlState: '53300' });

function trouble(s: Stage, { member: id, trouble }: Step): void {
  const member = s.cluster.member(id);
  member.health = trouble === 'frozen' ? 'frozen' : 'up';
  member.failWith = trouble === 'frozen' || trouble === 'none' || trouble === '53300' ? null : trouble;
}

describe('I-23: over random failures', () => {
  it.each(['reads', 'writes'] as const)(
    'the %s make 1.1 attempts a request, and never four of one',
    async (pool) => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), fc.nat(), async (steps, seed) => {
          const s = await stage(['w', 'r1', 'r2'], { seed });
          const attempts: number[] = [];
          const calls: Promise<unknown>[] = [];
          const refusing = new Set<string>();
          for (const one of steps) {
            trouble(s, one);
            if (one.trouble === '53300') refusing.add(one.member);
            else refusing.delete(one.member);
            for (let n = 0; n < one.requests; n += 1) {
              const request = attempts.push(0) - 1;
              const work = async (session: {
                readonly memberId: string;
                query(text: string, values: unknown[]): Promise<unknown>;
              }): Promise<void> => {
                attempts[request]! += 1;
                if (refusing.has(session.memberId)) throw tooMany(session.memberId);
                await session.query(pool === 'reads' ? 'select' : 'insert', [request]);
              };
              const call =
                pool === 'reads'
                  ? s.database.reads.read(work)
                  : s.database.writes.execute(work, { idempotent: true });
              calls.push(call.catch((error: unknown) => expect(wasRetried(error)).toBe(true)));
            }
            await s.clock.advance(one.afterMs);
          }
          await s.clock.advance(10_000);
          await Promise.all(calls);
          const { budget } = s.database[pool].describe();
          const made = attempts.reduce((sum, count) => sum + count, 0);
          expect(Math.max(...attempts)).toBeLessThanOrEqual(3);
          expect(budget.requests).toBe(attempts.length);
          expect(budget.extra).toBeLessThanOrEqual(1 + 0.1 * attempts.length + 1e-6);
          expect(made).toBeLessThanOrEqual(attempts.length + budget.extra);
          await s.database.close(0);
        }),
        { numRuns: 25 },
      );
    },
  );
});

describe('a member that has too much to do', () => {
  const rich = { extraShare: 1, savedMax: 50, attemptsMax: 3, windowMs: 10_000 };

  it('is not asked again by a write', async () => {
    const s = await stage(['w', 'r1'], { limits: { writes: { retry: rich } } });
    let attempts = 0;
    const write = s.database.writes.execute(
      async ({ memberId }) => {
        attempts += 1;
        throw tooMany(memberId);
      },
      { idempotent: true },
    );
    const failed = expect(write).rejects.toMatchObject({ code: 'overloaded', sqlState: '53300' });
    await s.clock.advance(5000);
    await failed;
    expect(attempts).toBe(1);
    await s.database.close();
  });

  it('gives a read to one other member that has a connection at hand, and to no third', async () => {
    const s = await stage(['w', 'r1', 'r2', 'r3'], { limits: { reads: { retry: rich } } });
    // So many requests that the budget is not what ends it.
    for (let n = 0; n < 20; n += 1) {
      const warm = s.database.reads.query('select', [n]);
      await s.clock.advance(10);
      await warm;
    }
    const asked: string[] = [];
    const read = (isFull: (memberId: string) => boolean): Promise<unknown> =>
      s.database.reads.read(async ({ memberId }) => {
        asked.push(memberId);
        if (isFull(memberId)) throw tooMany(memberId);
      });
    const first = read(() => asked.length === 1);
    await s.clock.advance(100);
    await first;
    expect(new Set(asked).size).toBe(2);
    asked.splice(0);
    const failed = expect(read(() => true)).rejects.toMatchObject({ sqlState: '53300' });
    await s.clock.advance(5000);
    await failed;
    expect(new Set(asked).size).toBe(2);
    expect(asked).toHaveLength(2);
    await s.database.close();
  });

  it('that is the only reader is not asked again by a read', async () => {
    const s = await stage(['w', 'r1'], { limits: { reads: { retry: rich } } });
    let attempts = 0;
    const read = s.database.reads.read(async ({ memberId }) => {
      attempts += 1;
      throw tooMany(memberId);
    });
    const failed = expect(read).rejects.toMatchObject({ sqlState: '53300' });
    await s.clock.advance(5000);
    await failed;
    expect(attempts).toBe(1);
    await s.database.close();
  });

  it('gets one connect in the longest back-off, and no storm of them', async () => {
    const clock = new VirtualClock();
    const connectsAt: number[] = [];
    let sqlState = '53300';
    const set = new ConnectionSet({
      member: { id: 'r1', host: 'r1' },
      clock,
      random: () => 0,
      limits: CONNECTION_SET_DEFAULTS,
      open: () => {
        connectsAt.push(clock.now());
        const failure = { memberId: 'r1', message: 'refused', sqlState };
        return Promise.reject(new DatabaseFailure('load', failure));
      },
      events: { available: () => {}, failed: () => {} },
    });
    const tendFor = async (ms: number): Promise<void> => {
      for (let at = 0; at < ms; at += 50) {
        if (set.open === 0 && set.canConnect(clock.now())) await set.connect().catch(() => {});
        await clock.advance(50);
      }
    };
    await tendFor(6000);
    expect(connectsAt).toEqual([0, 2000, 4000]);
    sqlState = '55P03';
    await tendFor(2000);
    // Other failures grow the wait as before.
    expect(connectsAt.slice(3)).toEqual([6000, 6400, 7200]);
  });

  it('is asked by the watcher once a second, and not each 100 ms while the writer is looked for', async () => {
    const s = await stage(['w', 'r1']);
    const connect = s.cluster.connect.bind(s.cluster);
    const askedAt: number[] = [];
    s.cluster.connect = async (member, options) => {
      if (member.id !== 'r1') return connect(member, options);
      if (options.purpose === 'monitor') askedAt.push(s.clock.now());
      throw tooMany('r1');
    };
    for (const connection of s.cluster.open) if (connection.member.id === 'r1') connection.lose();
    s.cluster.kill('w');
    await run(s);
    expect(askedAt.length).toBeGreaterThanOrEqual(4);
    const gaps = askedAt.slice(1).map((at, n) => at - askedAt[n]!);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1000);
    await s.database.close(0);
  });
});

/** A write that finds the writer gone, and time for the watcher to look for another. */
async function run(s: Stage): Promise<void> {
  const write = s.database.writes.execute(async (session) => session.query('insert', [1])).catch(() => {});
  await s.clock.advance(6000);
  await write;
}
