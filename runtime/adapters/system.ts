/** The real clock and chance. */

import type { Clock, Random } from '../ports.ts';

export const systemClock: Clock = {
  now: () => performance.now(),
  epoch: () => Date.now(),
  /**
   * Timers come first in a turn of the event loop, and what has arrived at sockets after them. So that an answer that is
   * there, and that this process had no time to read, is not called late, sockets are read once more before waking.
   */
  after(ms, wake, kind) {
    let check: NodeJS.Immediate | undefined;
    const timer = setTimeout(() => {
      check = setImmediate(wake);
    }, ms);
    if (kind === 'background') timer.unref();
    return () => {
      clearTimeout(timer);
      clearImmediate(check);
    };
  },
};

export const systemRandom: Random = () => Math.random();
