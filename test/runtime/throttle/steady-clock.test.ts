import { expect, it } from 'vitest';
import { SteadyClock } from '../../../runtime/throttle/steady-clock.ts';
import { VirtualClock } from '../simulated/virtual-clock.ts';

it('goes on from where it was when the clock behind it steps back, and follows it otherwise', () => {
  let ms = 1000;
  const virtual = new VirtualClock();
  const clock = new SteadyClock({
    now: () => ms,
    epoch: () => virtual.epoch(),
    after: (waitMs, wake) => virtual.after(waitMs, wake),
  });
  const told: number[] = [];
  for (const next of [1000, 1500, 200, 300, 250, 250, 5000]) {
    ms = next;
    told.push(clock.now());
  }
  expect(told).toEqual([1000, 1500, 1500, 1600, 1600, 1600, 6350]);
});
