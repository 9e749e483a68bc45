/** `rate(1 minute)`: EventBridge Scheduler invokes its function asynchronously. */

import { nextInvocation } from '../../twin/scheduler/index.ts';
import type { SimFunction } from './function.ts';
import type { World } from './world.ts';

const PERIOD_MS = 60_000;

/** @param startAt the first invocation: when the schedule was made */
export function everyMinute(world: World, target: SimFunction, startAt: number): void {
  const { clock, board } = world;
  const schedule = { periodMs: PERIOD_MS, startAt, endAt: null };
  const wait = (): void => {
    clock.at(nextInvocation(schedule, clock.now()) ?? startAt, () => {
      fire();
      wait();
    });
  };
  const send = (): void => target.invokeAsync({}, 'schedule');
  const fire = (): void => {
    const struck = board.delivery('schedule');
    if (struck?.effect === 'drop') return;
    if (struck?.effect === 'delay') clock.after(struck.ms, send);
    else send();
    if (struck?.effect === 'duplicate') clock.after(struck.ms, send);
  };
  wait();
}
