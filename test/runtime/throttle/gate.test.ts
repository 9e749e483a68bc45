import { describe, expect, it } from 'vitest';
import type { Limit } from '../../../core/limits/index.ts';
import { Gate, type Entered, type Place } from '../../../runtime/throttle/gate.ts';
import { VirtualClock } from '../simulated/virtual-clock.ts';

const fixed = (limit: number): Limit<number> => ({
  initial: limit,
  next: (state) => state,
  concurrency: (state) => state,
});

interface Stage {
  readonly clock: VirtualClock;
  readonly gate: Gate<number>;
  readonly began: string[];
  readonly refused: Record<string, string>;
  /** Enters, works for `ms` and leaves. */
  request(name: string, ms: number, deadlineMs?: number): void;
}

function stage(
  places: number,
  limits: ConstructorParameters<typeof Gate>[2] = {},
  isOverloaded = (): boolean => false,
): Stage {
  const clock = new VirtualClock();
  const gate = new Gate(clock, fixed(places), limits, isOverloaded);
  const began: string[] = [];
  const refused: Record<string, string> = {};
  const run = (name: string, ms: number, entered: Entered): void => {
    if ('refused' in entered) {
      refused[name] = entered.refused;
      return;
    }
    began.push(name);
    clock.after(ms, () => entered.place.leave({ dropped: false }));
  };
  return {
    clock,
    gate,
    began,
    refused,
    request: (name, ms, deadlineMs = 5000) =>
      void gate.enter(clock.now() + deadlineMs).then((entered) => run(name, ms, entered)),
  };
}

describe('a gate', () => {
  it('lets as many work at once as the limit says, and the rest wait their turn', async () => {
    const { clock, gate, began, request } = stage(2);
    for (const name of ['a', 'b', 'c', 'd']) request(name, 10);
    await clock.advance(5);
    expect(gate.describe()).toEqual({ inFlight: 2, waiting: 2, limit: 2 });
    await clock.advance(20);
    expect(began).toEqual(['a', 'b', 'c', 'd']);
    expect(gate.describe()).toEqual({ inFlight: 0, waiting: 0, limit: 2 });
  });

  it('under overload lets the newest go first once the oldest has waited too long', async () => {
    const { clock, began, request } = stage(1, { newestFirstMs: 20 }, () => true);
    request('working', 50);
    await clock.advance(1);
    for (const name of ['old', 'middle', 'new']) {
      request(name, 5);
      await clock.advance(5);
    }
    await clock.advance(100);
    expect(began).toEqual(['working', 'new', 'middle', 'old']);
  });

  it('does not begin what cannot end before its deadline', async () => {
    const { clock, began, refused, request } = stage(1);
    for (let n = 0; n < 200; n += 1) {
      request(`warm-${n}`, 40);
      await clock.advance(40);
    }
    request('working', 40);
    request('in time', 40, 100);
    request('too late', 40, 60);
    request('hopeless', 40, 20);
    await clock.advance(200);
    expect(began.slice(200)).toEqual(['working', 'in time']);
    expect(refused).toEqual({ 'too late': 'deadline-passed', hopeless: 'deadline-passed' });
  });

  it('turns away what finds the queue full, and whoever waited too long', async () => {
    const { clock, refused, request } = stage(1, { waitersMax: 2, waitMsMax: 100 });
    for (const name of ['working', 'first', 'second', 'third']) request(name, 1000);
    await clock.advance(1);
    expect(refused).toEqual({ third: 'queue-full' });
    await clock.advance(100);
    expect(refused).toEqual({ first: 'queue-full', second: 'queue-full', third: 'queue-full' });
  });

  it('says that a request which finds a place has not waited at all, though the clock goes on meanwhile', async () => {
    const waits: number[] = [];
    const limit: Limit<number> = {
      ...fixed(5),
      next: (state, { queueMs }) => {
        waits.push(queueMs);
        return state;
      },
    };
    let ms = 0;
    const virtual = new VirtualClock();
    const clock = { now: () => (ms += 0.01), epoch: () => 0, after: virtual.after.bind(virtual) };
    const entered = await new Gate(clock, limit).enter(1000);
    if ('place' in entered) entered.place.leave({ dropped: false });
    expect(waits).toEqual([0]);
  });

  it('takes a place back once, however often it is left', async () => {
    const { clock, gate } = stage(1);
    const places: Place[] = [];
    const entered = await gate.enter(clock.now() + 1000);
    if ('place' in entered) places.push(entered.place);
    places[0]!.leave({ dropped: false });
    places[0]!.leave({ dropped: true });
    expect(gate.describe().inFlight).toBe(0);
  });
});
