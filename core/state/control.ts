import type { ControlItem } from './items.ts';

/** Whether the item pauses its tier now. A pause whose time is over pauses nothing (SEC-21). */
export function isPaused(item: ControlItem | null, now: number): boolean {
  if (item === null || !item.paused) return false;
  const until = item.until ?? null;
  return until === null || now < until;
}
