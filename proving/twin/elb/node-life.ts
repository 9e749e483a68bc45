/** One node of a balancer, as AWS watches it: whether it answers, and when it is replaced. */

import { NODE_REPLACED_MS, NODE_UNPUBLISHED_MS } from './timings.ts';

export interface NodeTimings {
  readonly unpublishedMs: number;
  readonly replacedMs: number;
}

export const NODE_TIMINGS: NodeTimings = {
  unpublishedMs: NODE_UNPUBLISHED_MS,
  replacedMs: NODE_REPLACED_MS,
};

export interface NodeLife {
  /** When it last answered, ms. */
  readonly heardAt: number;
  /** When its process ended, ms; null while it runs, or hangs. */
  readonly diedAt: number | null;
}

export function born(now: number): NodeLife {
  return { heardAt: now, diedAt: null };
}

/** A dead node says nothing: what arrives late is of before. */
export function heard(life: NodeLife, now: number): NodeLife {
  return life.diedAt === null ? { ...life, heardAt: now } : life;
}

export function died(life: NodeLife, now: number): NodeLife {
  return life.diedAt === null ? { heardAt: Math.min(life.heardAt, now), diedAt: now } : life;
}

/** The new one did not come up either: it is tried again as late as the first time. */
export function replacementFailed(life: NodeLife, now: number): NodeLife {
  return { ...life, diedAt: now };
}

/** False from when AWS has noticed that it does not answer. */
export function isAnswering(life: NodeLife, now: number, timings: NodeTimings): boolean {
  return now - life.heardAt < timings.unpublishedMs;
}

/** True when a dead node is to be replaced by a new one. */
export function isDueForReplacement(life: NodeLife, now: number, timings: NodeTimings): boolean {
  return life.diedAt !== null && now - life.diedAt >= timings.replacedMs;
}
