/** I-26 and SEC-19: no reply ever reaches another request, whatever is cancelled, late or lost. */

import { describe, expect, it } from 'vitest';
import { SimulatedCluster, type SimulatedConnection } from './simulated/cluster.ts';
import { drive, stage } from './simulated/stage.ts';
import { seeded, VirtualClock } from './simulated/virtual-clock.ts';

const INTERLEAVINGS = 12_000;

describe('I-26: every reply matches its request', () => {
  it('over 10^4 interleavings of answers, time-outs, deadlines, second attempts and lost connections', async () => {
    const s = await stage(['w', 'r1', 'r2', 'r3'], {
      seed: 7,
      limits: { reads: { attemptTimeoutMs: 12, deadlineMs: 30 } },
    });
    const chance = seeded(11);
    // Answers spread around the time limits, so that cancelling meets every moment of a request's life.
    for (const member of s.cluster.members) member.latencyMs = () => 1 + chance() * 16;
    let answered = 0;
    const ended = { ok: 0, failed: 0 };
    const outcomes = await drive(s.clock, {
      perSecond: 1000,
      ms: INTERLEAVINGS,
      request: async (n) => {
        if (chance() < 0.002) s.cluster.kill(`r${1 + Math.floor(chance() * 3)}`);
        if (chance() < 0.01) for (const member of s.cluster.members) member.health = 'up';
        await s.database.reads.read(async (session) => {
          const first = await session.query<{ tag: string }>('select', [`${n} first`]);
          expect(first.rows[0]!.tag).toBe(`select ${n} first`);
          // Some work leaves a reply unread on purpose.
          if (chance() < 0.1) void session.query('select', ['abandoned']).catch(() => {});
          else {
            const second = await session.query<{ tag: string }>('select', [`${n} second`]);
            expect(second.rows[0]!.tag).toBe(`select ${n} second`);
          }
          answered += 1;
        });
      },
    });
    for (const outcome of outcomes) ended[outcome.ok ? 'ok' : 'failed'] += 1;
    const mismatches = outcomes.filter((outcome) => outcome.error?.name === 'AssertionError');
    expect(mismatches).toEqual([]);
    expect(outcomes.length).toBe(INTERLEAVINGS);
    // Both really happened, many times.
    expect(ended.ok).toBeGreaterThan(1000);
    expect(ended.failed).toBeGreaterThan(1000);
    expect(answered).toBeGreaterThan(1000);
    await s.database.close();
    expect(s.cluster.open.size).toBe(0);
  });

  it('would be seen to break: a connection reused with a reply unread answers the wrong request', async () => {
    const clock = new VirtualClock();
    const cluster = new SimulatedCluster(clock, ['w']);
    const connecting = cluster.connect({ id: 'w', host: 'w' }, { purpose: 'read', timeoutMs: 100 });
    await clock.advance(10);
    const connection: SimulatedConnection = await connecting;
    void connection.query('select', ['mine']);
    const other = connection.query<{ tag: string }>('select', ['other']);
    await clock.advance(10);
    expect((await other).rows[0]!.tag).toBe('select mine');
    expect(connection.reusable).toBe(true);
  });
});
