import { describe, expect, it } from 'vitest';
import { drive, outcomeOf, stage, type Stage } from './simulated/stage.ts';

const OUTAGE_FROM_MS = 1000;
/** Longer than any write may wait: the queue is then full of writes that are about to expire. */
const OUTAGE_UNTIL_MS = 9000;
/** What the first connections to the new writer may cost. */
const SETTLES_MS = 300;

interface Attempted {
  readonly n: number;
  readonly askedAt: number;
  readonly ok: boolean;
}

const insert = ({ database }: Stage, value: unknown) =>
  database.writes.execute(
    async (session) => {
      await session.query('insert', [value]);
    },
    { idempotent: true },
  );

async function outage(s: Stage, perSecond = 100): Promise<Attempted[]> {
  const attempted: Attempted[] = [];
  s.clock.after(OUTAGE_FROM_MS, () => {
    s.cluster.member('w').health = 'frozen';
  });
  s.clock.after(OUTAGE_UNTIL_MS, () => {
    s.cluster.writerId = 'r1';
  });
  const startedAt = s.clock.now();
  await drive(s.clock, {
    perSecond,
    ms: 14_000,
    request: async (n) => {
      const askedAt = s.clock.now() - startedAt;
      const ok = await insert(s, n).then(
        () => true,
        () => false,
      );
      attempted.push({ n, askedAt, ok });
    },
  });
  return attempted;
}

describe('the write pool after an outage that outlasts the deadline of its writes', () => {
  it('F-02: writes go on as soon as the new writer is known, however many that waited expire', async () => {
    const s = await stage();
    // A connect, a question and three statements take longer than the oldest of the queue has left.
    for (const member of s.cluster.members) {
      member.connectMs = 30;
      member.latencyMs = () => 8;
    }
    const attempted = await outage(s);
    const after = attempted.filter(({ askedAt }) => askedAt > OUTAGE_UNTIL_MS + SETTLES_MS);
    expect(after.length).toBeGreaterThan(400);
    expect(after.filter(({ ok }) => !ok)).toEqual([]);
    // Those that waited less than their deadline are served too.
    const waited = attempted.filter(({ askedAt }) => askedAt > OUTAGE_UNTIL_MS - 2000);
    expect(waited.filter(({ ok }) => !ok)).toEqual([]);
    expect(s.database.describe().writes.writer).toMatchObject({ kind: 'verified', memberId: 'r1' });
    await s.database.close();
  });

  it('F-27: a backlog does not keep the writer busy with writes that expire before they are done', async () => {
    const s = await stage();
    // Three statements of 50 to 150 ms each: ten connections carry a third more than is asked for.
    for (const member of s.cluster.members) {
      member.connectMs = 300;
      member.latencyMs = () => 50 + 100 * s.random();
    }
    const attempted = await outage(s, 25);

    const after = attempted.filter(({ askedAt }) => askedAt > OUTAGE_UNTIL_MS + 4 * SETTLES_MS);
    expect(after.length).toBeGreaterThan(90);
    expect(after.filter(({ ok }) => !ok)).toEqual([]);
    await s.database.close();
  });

  it('an attempt that had hardly any time says nothing about the writer', async () => {
    const s = await stage();
    s.cluster.member('w').latencyMs = () => 300;
    const hasty = outcomeOf(
      s.clock,
      s.database.writes.execute((session) => session.query('insert', ['a'])),
    );
    await s.clock.advance(4000);
    expect((await hasty).ok).toBe(true);
    // Its queue alone takes most of the deadline of the next one: 20 writes on 10 connections, 900 ms each.
    const many = Array.from({ length: 60 }, (_, n) => outcomeOf(s.clock, insert(s, n)));
    const doubts = new Set<string>();
    for (let ms = 0; ms < 6000; ms += 50) {
      await s.clock.advance(50);
      doubts.add(s.database.describe().writes.writer.kind);
    }
    await Promise.all(many);
    expect([...doubts]).toEqual(['verified']);
    await s.database.close();
  });
});
