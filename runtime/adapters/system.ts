/** The real clock and chance. */

import type { Clock, Random } from '../ports.ts';

export const systemClock: Clock = {
  now: () => performance.now(),
  epoch: () => Date.now(),
  after(ms, wake, kind) {
    const timer = setTimeout(wake, ms);
    if (kind === 'background') timer.unref();
    return () => clearTimeout(timer);
  },
};

export const systemRandom: Random = () => Math.random();
