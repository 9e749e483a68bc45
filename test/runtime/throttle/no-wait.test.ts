import { expect, it } from 'vitest';
import { gradient } from '../../../core/limits/index.ts';
import { Gate } from '../../../runtime/throttle/gate.ts';
import { VirtualClock } from '../simulated/virtual-clock.ts';

/** As a real clock does, it goes on between two looks at it. */
class RunningClock extends VirtualClock {
  #looks = 0;

  override now(): number {
    this.#looks += 1;
    return super.now() + this.#looks * 0.001;
  }
}

const WORK_MS = 40;

it('who finds a place at once has waited 0, so a limit that nobody reaches does not grow', async () => {
  const clock = new RunningClock();
  const gate = new Gate(clock, gradient({ start: 20 }));
  const waits: number[] = [];
  for (let i = 0; i < 400; i += 1) {
    const entered = await gate.enter(clock.now() + 5000);
    if ('refused' in entered) throw new Error(entered.refused);
    waits.push(entered.place.queueMs);
    clock.after(WORK_MS, () => entered.place.leave({ dropped: false }));
    await clock.advance(20);
  }
  expect(new Set(waits)).toEqual(new Set([0]));
  expect(gate.describe().limit).toBe(20);
});
