import { describe, expect, it } from 'vitest';
import type { OutcomeItem } from '../../core/state/items.ts';
import { OutcomeRecorder } from '../../runtime/outcome-recorder.ts';
import { VirtualClock } from './simulated/virtual-clock.ts';

const identity = { application: 'shop', processId: 'p1' };

describe('client evidence', () => {
  it('is written every 5 s, by member, and starts anew each time', async () => {
    const clock = new VirtualClock();
    const items: OutcomeItem[] = [];
    const recorder = new OutcomeRecorder(clock);
    recorder.start(identity, { put: async (item) => void items.push(item) });
    recorder.ok('r1');
    recorder.ok('r1');
    recorder.failed('r2', 'lost');
    recorder.write(true);
    await clock.advance(5000);
    await clock.advance(5000);
    expect(items).toEqual([
      {
        kind: 'outcome',
        ...identity,
        at: clock.epoch() - 5000,
        windowMs: 5000,
        members: { r1: { ok: 2, errors: 0 }, r2: { ok: 0, errors: 1 } },
        writes: { ok: 1, errors: 0 },
        recentWrites: { ok: 1, errors: 0, windowMs: 15_000 },
      },
      {
        kind: 'outcome',
        ...identity,
        at: clock.epoch(),
        windowMs: 5000,
        members: {},
        writes: { ok: 0, errors: 0 },
        recentWrites: { ok: 1, errors: 0, windowMs: 15_000 },
      },
    ]);
    recorder.close();
    expect(clock.pending).toBe(0);
  });

  it('is written a second after a write failed, and not more often while they fail', async () => {
    const clock = new VirtualClock();
    const items: OutcomeItem[] = [];
    const recorder = new OutcomeRecorder(clock);
    recorder.start(identity, { put: async (item) => void items.push(item) });
    const from = clock.epoch();
    await clock.advance(1200);
    for (let n = 0; n < 30; n += 1) {
      recorder.write(n === 5);
      await clock.advance(100);
    }
    await clock.advance(10_000);
    const written = items.map(({ at, windowMs, writes }) => [at - from, windowMs, writes.errors]);
    expect(written.slice(0, 3)).toEqual([
      [2200, 2200, 9],
      [3200, 1000, 10],
      [4200, 1000, 10],
    ]);
    // Nothing fails any more: back to one in five seconds.
    expect(written.slice(3).map(([at]) => at)).toEqual([9200, 14_200]);
    recorder.close();
    expect(clock.pending).toBe(0);
  });

  it.each(['load', 'caller', 'conflict', 'read-only'] as const)('blames no member for: %s', async (kind) => {
    const clock = new VirtualClock();
    const items: OutcomeItem[] = [];
    const recorder = new OutcomeRecorder(clock);
    recorder.start(identity, { put: async (item) => void items.push(item) });
    recorder.failed('r1', kind);
    await clock.advance(5000);
    expect(items[0]!.members).toEqual({});
    recorder.close();
  });

  it('I-29: a sink that rejects, throws or hangs costs a counter and nothing else', async () => {
    const clock = new VirtualClock();
    let turn = 0;
    const recorder = new OutcomeRecorder(clock);
    recorder.start(identity, {
      put: () => {
        turn += 1;
        if (turn === 1) return Promise.reject(new Error('no credentials'));
        if (turn === 2) throw new Error('no table');
        return new Promise(() => {});
      },
    });
    await clock.advance(30_000);
    expect(recorder.describe()).toEqual({ reported: 0, failed: 5 });
    recorder.close();
  });

  it('I-16: tells of the writes before a short report, for 15 s', async () => {
    const clock = new VirtualClock();
    const items: OutcomeItem[] = [];
    const recorder = new OutcomeRecorder(clock);
    recorder.start(identity, { put: async (item) => void items.push(item) });
    for (let n = 0; n < 43; n += 1) {
      recorder.write(true);
      await clock.advance(300);
    }
    recorder.write(false);
    await clock.advance(1000);
    expect(items.at(-1)).toMatchObject({ recentWrites: { ok: 43, errors: 1 } });
    expect(items.at(-1)!.writes.ok).toBeLessThan(15);
    await clock.advance(30_000);
    expect(items.at(-1)).toMatchObject({ recentWrites: { ok: 0, errors: 0 } });
  });
});
