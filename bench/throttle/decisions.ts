/** What a decision of our throttle costs while its store hangs, and what a refusal costs. */

import { openThrottle } from '../../runtime/adapters/open-throttle.ts';
import { systemClock } from '../../runtime/adapters/system.ts';
import { decide } from '../../runtime/throttle/decide.ts';
import { Refused } from '../../runtime/throttle/errors.ts';
import type { LeaseStore } from '../../runtime/throttle/leases/store.ts';
import { Throttle } from '../../runtime/throttle/throttle.ts';
import { zipfCallers } from './load.ts';

const DECISIONS = 20_000;
const CALLERS = 1000;

/** Takes every request and answers none. */
const HANGING: LeaseStore = {
  report: () => new Promise(() => {}),
  lease: () => new Promise(() => {}),
  close: () => {},
};

export interface HangResult {
  readonly p99Ms: number;
  /** Decisions that ended in anything but an admission or a refusal. */
  readonly failed: number;
}

/** Decisions one after the other while the lease store hangs. */
export async function whileStoreHangs(): Promise<HangResult> {
  const opened = openThrottle({
    application: 'bench',
    resource: 'quotes',
    capacityPerS: 1000,
    store: HANGING,
  });
  const tookMs: number[] = [];
  let failed = 0;
  try {
    for (const caller of zipfCallers(CALLERS, DECISIONS, 11)) {
      const askedAt = performance.now();
      try {
        (await opened.throttle.enter({ caller })).done();
      } catch (error) {
        if (!(error instanceof Refused)) failed += 1;
      }
      tookMs.push(performance.now() - askedAt);
    }
  } finally {
    await opened.close();
  }
  const sorted = tookMs.toSorted((a, b) => a - b);
  return { p99Ms: sorted[Math.floor(sorted.length * 0.99)]!, failed };
}

/** Processor time of one refusal, from the request to the finished answer, in ms (SEC-18). */
export async function refusalCpuMs(): Promise<number> {
  const limit = { perSecond: 0.001, burst: 0 };
  const throttle = new Throttle({ clock: systemClock, limitOf: () => limit, shared: limit });
  await decide(throttle, { caller: 'flood' });
  const before = process.cpuUsage();
  for (let n = 0; n < DECISIONS; n += 1) {
    const decision = await decide(throttle, { caller: 'flood' });
    if (!('answer' in decision)) throw new Error('nothing was refused: the benchmark measures nothing');
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / DECISIONS;
}
