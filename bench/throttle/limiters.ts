/** The limiters that are compared, behind one function each: may this caller go on now? */

import { MemoryStore } from 'express-rate-limit';
import { RateLimiter } from 'limiter';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { CallerTable } from '../../core/throttle/index.ts';
import { Refused } from '../../runtime/throttle/errors.ts';
import { Throttle } from '../../runtime/throttle/throttle.ts';
import { systemClock } from '../../runtime/adapters/system.ts';

export interface Limiter {
  take(caller: string): boolean | Promise<boolean>;
  close?(): void;
}

export interface LimiterMaker {
  readonly name: string;
  /** Decisions of one round: fewer where one costs more. */
  readonly decisions: number;
  make(perSecond: number): Limiter;
}

export const OURS: LimiterMaker = {
  name: 'CallerTable.take',
  decisions: 500_000,
  make: (perSecond) => {
    const limit = { perSecond, burst: 0 };
    const table = new CallerTable({ limitOf: () => limit, shared: limit });
    return { take: (caller) => table.take(caller, systemClock.now()) === 0 };
  },
};

/** The whole decision: limit, admission, place. Nothing is behind it, so the place is given back at once. */
export const OUR_THROTTLE: LimiterMaker = {
  name: 'Throttle.enter',
  decisions: 30_000,
  make: (perSecond) => {
    const limit = { perSecond, burst: 0 };
    const throttle = new Throttle({ clock: systemClock, limitOf: () => limit, shared: limit });
    return {
      take: async (caller) => {
        try {
          const pass = await throttle.enter({ caller });
          pass.done();
          return true;
        } catch (error) {
          if (error instanceof Refused) return false;
          throw error;
        }
      },
    };
  },
};

export const OTHERS: readonly LimiterMaker[] = [
  {
    name: 'limiter',
    decisions: 500_000,
    make: (perSecond) => {
      const limiters = new Map<string, RateLimiter>();
      return {
        take: (caller) => {
          let limiter = limiters.get(caller);
          if (limiter === undefined) {
            limiter = new RateLimiter({ tokensPerInterval: perSecond, interval: 1000 });
            limiters.set(caller, limiter);
          }
          return limiter.tryRemoveTokens(1);
        },
      };
    },
  },
  {
    name: 'express-rate-limit store',
    decisions: 200_000,
    make: (perSecond) => {
      const store = new MemoryStore();
      store.init({ windowMs: 1000 } as Parameters<MemoryStore['init']>[0]);
      return {
        take: async (caller) => (await store.increment(caller)).totalHits <= perSecond,
        close: () => store.shutdown(),
      };
    },
  },
  {
    name: 'rate-limiter-flexible memory',
    decisions: 100_000,
    make: (perSecond) => {
      const limiter = new RateLimiterMemory({ points: perSecond, duration: 1 });
      return {
        take: (caller) =>
          limiter.consume(caller).then(
            () => true,
            (error: unknown) => {
              if (error instanceof Error) throw error;
              return false;
            },
          ),
      };
    },
  },
];
