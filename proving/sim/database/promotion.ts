/** The promotion of a reader, step by step: each can fail, and none may cost an acknowledged write. */

import type { Random, SimClock } from '../kernel/index.ts';
import type { SimEngine } from './engine.ts';
import type { SimStorage } from './storage.ts';

/** A target that hangs must not hold the cluster up. */
const ANSWER_MS_MAX = 2000;
const CATCH_UP_MS_MAX = 10_000;
const POLL_MS = 100;
const REFUSED_MS = 20;
const FENCE_MS = { min: 20, max: 300 } as const;
const PROMOTE_MS = { min: 50, max: 400 } as const;

export interface Promotion {
  readonly clock: SimClock;
  readonly random: Random;
  readonly storage: SimStorage;
  readonly target: SimEngine;
  readonly from: SimEngine | null;
}

/** False when the target cannot take over; then it is ended. The old writer may be fenced already. */
export async function promote(promotion: Promotion): Promise<boolean> {
  const { target } = promotion;
  const life = target.life;
  const isSame = (): boolean => target.up && target.life === life;
  target.shut();
  const promoted = await takeOver(promotion, isSame);
  if (!promoted && isSame()) target.end();
  return promoted;
}

async function takeOver(promotion: Promotion, isSame: () => boolean): Promise<boolean> {
  const { clock, random, storage, target, from } = promotion;
  if (!(await answers(promotion, isSame))) return false;
  // Storage first: what the old writer still finishes while it ends is refused.
  storage.fence();
  from?.fence();
  await clock.sleep(random.between(FENCE_MS.min, FENCE_MS.max));
  const end = storage.durable;
  const caughtUp = await poll(promotion, CATCH_UP_MS_MAX, isSame, () => target.position >= end);
  if (!caughtUp) return false;
  await clock.sleep(random.between(PROMOTE_MS.min, PROMOTE_MS.max));
  if (!(await answers(promotion, isSame))) return false;
  target.promote();
  return true;
}

async function answers(promotion: Promotion, isSame: () => boolean): Promise<boolean> {
  await promotion.clock.sleep(REFUSED_MS);
  return poll(promotion, ANSWER_MS_MAX, isSame, () => !promotion.target.frozen);
}

/** Waits for it, as long as the target is the process it was. */
async function poll(
  { clock }: Promotion,
  boundMs: number,
  isSame: () => boolean,
  holds: () => boolean,
): Promise<boolean> {
  for (const until = clock.now() + boundMs; isSame();) {
    if (holds()) return true;
    if (clock.now() >= until) return false;
    await clock.sleep(POLL_MS);
  }
  return false;
}
