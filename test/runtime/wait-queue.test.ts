import { describe, expect, it } from 'vitest';
import { WaitQueue } from '../../runtime/wait-queue.ts';
import { VirtualClock } from './simulated/virtual-clock.ts';

/** Lets requests wait and notes in which order they are woken. */
function queue(backlogMs?: number): {
  clock: VirtualClock;
  queue: WaitQueue;
  ask(name: string): void;
  woken: string[];
} {
  const clock = new VirtualClock();
  const options = { waitersMax: 4, ...(backlogMs === undefined ? {} : { backlogMs }) };
  const waiting = new WaitQueue(clock, options);
  const woken: string[] = [];
  const ask = (name: string): void => {
    waiting.wait(10_000).then(
      (yes) => void (yes && woken.push(name)),
      () => woken.push(`${name} refused`),
    );
  };
  return { clock, queue: waiting, ask, woken };
}

describe('the queue', () => {
  it('wakes the oldest first', async () => {
    const { clock, queue: q, ask, woken } = queue(1000);
    for (const name of ['a', 'b', 'c']) {
      ask(name);
      await clock.advance(100);
    }
    q.wakeOne();
    q.wakeAll();
    await clock.advance(0);
    expect(woken).toEqual(['a', 'b', 'c']);
  });

  it('F-27: wakes the youngest first once the oldest waits too long, and the oldest again when it is gone', async () => {
    const { clock, queue: q, ask, woken } = queue(1000);
    ask('a');
    await clock.advance(900);
    for (const name of ['b', 'c']) {
      ask(name);
      await clock.advance(100);
    }
    q.wakeOne();
    q.wakeAll();
    await clock.advance(0);
    expect(woken).toEqual(['c', 'b', 'a']);
    for (const name of ['d', 'e']) ask(name);
    q.wakeOne();
    await clock.advance(0);
    expect(woken.at(-1)).toBe('d');
  });

  it('keeps the place of a request that comes back', async () => {
    const { clock, queue: q, ask, woken } = queue();
    const since = clock.now();
    await clock.advance(50);
    ask('younger');
    void q.wait(10_000, since).then(() => woken.push('older'));
    q.wakeAll();
    await clock.advance(0);
    expect(woken).toEqual(['older', 'younger']);
  });

  it('refuses at once what waits above the bound, and forgets what waited its time', async () => {
    const { clock, queue: q, ask, woken } = queue();
    for (const name of ['a', 'b', 'c', 'd', 'e']) ask(name);
    await clock.advance(0);
    expect(woken).toEqual(['e refused']);
    await clock.advance(10_000);
    expect(q.length).toBe(0);
    expect(clock.pending).toBe(0);
  });
});
