/**
 * Whether a limit of 5 a second is 5 in any second. The schedule hits the weak point of windows and buckets: one
 * request opens the window, the rest of it is used just before it ends, and all of the next one at once after.
 */

import { CallerTable, jainIndex } from '../../core/throttle/index.ts';
import type { Limiter, LimiterMaker } from './limiters.ts';
import { mostInAnySecond, type Admitted } from './load.ts';

export const LIMIT = 5;
const CALLERS = 20;
/** Callers begin this much after each other, so that each meets another part of the windows, in ms. */
const APART_MS = 50;
/** From its first request on a caller is quiet until then, in ms. */
const QUIET_MS = 900;
const RUN_MS = CALLERS * APART_MS + 2200;
const TRIES = 2 * LIMIT;

interface Caller {
  readonly name: string;
  readonly from: number;
  readonly admitted: Admitted[];
}

/** The most of one caller's requests that were admitted in any 1 s, of several callers and in real time. */
export async function mostAdmitted(maker: LimiterMaker): Promise<number> {
  const limiter = maker.make(LIMIT);
  const startedAt = performance.now();
  const callers = Array.from({ length: CALLERS }, (_, n): Caller => {
    return { name: `edge-${n}`, from: startedAt + n * APART_MS, admitted: [] };
  });
  try {
    for (let now = startedAt; now < startedAt + RUN_MS; now = performance.now()) {
      for (const caller of callers) await ask(limiter, caller, triesAt(caller, now));
      await new Promise((resolve) => {
        setTimeout(resolve, 5);
      });
    }
  } finally {
    limiter.close?.();
  }
  return Math.max(...callers.map(({ admitted }) => mostInAnySecond(admitted)));
}

function triesAt({ from, admitted }: Caller, now: number): number {
  if (now < from) return 0;
  if (admitted.length === 0) return 1;
  return now < admitted[0]!.askedAt + QUIET_MS ? 0 : TRIES;
}

async function ask(limiter: Limiter, { name, admitted }: Caller, tries: number): Promise<void> {
  for (let n = 0; n < tries; n += 1) {
    const askedAt = performance.now();
    if (await limiter.take(name)) admitted.push({ askedAt, answeredAt: performance.now() });
  }
}

/** Equal callers that all ask for three times their limit, in virtual time: how equal is what they get (1 is best). */
export function fairness(callers = 100, ms = 20_000): number {
  const limit = { perSecond: LIMIT, burst: 0 };
  const table = new CallerTable({ limitOf: () => limit, shared: limit });
  const got = Array.from({ length: callers }, () => 0);
  for (let at = 0; at < ms; at += 1000 / (3 * LIMIT)) {
    for (const n of got.keys()) if (table.take(`equal-${n}`, at + n / callers) === 0) got[n]! += 1;
  }
  return jainIndex(got) ?? 0;
}
