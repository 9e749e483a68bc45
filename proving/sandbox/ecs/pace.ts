/** Times at the pace of the sandbox that a process of this machine has to keep to, too. */

import type { World } from '../kernel/index.ts';

/** Processes start in real time, on a busy machine as well: fewer than this helps nobody. */
const START_MS_MIN = 10_000;

/** What a definition gives a task to get healthy: scaled, but no shorter than a start takes, unless it is so written. */
export function startingMs(world: World, seconds: number): number {
  return Math.max(world.managed(seconds * 1000), Math.min(seconds * 1000, START_MS_MIN));
}
