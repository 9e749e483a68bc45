import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../../core/ports/index.ts';

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms) => sleep(Math.max(0, ms)),
};
