/**
 * The better of two members chosen at random: almost as even as asking all of them, and no client follows another one
 * to the same member. Source: Mitzenmacher, The Power of Two Choices in Randomized Load Balancing, 2001.
 * Allocates nothing.
 */

import { DRAW_MAX, type Draws } from './draws.ts';

/** What a choice is made by. Whoever holds the candidates keeps these up to date. */
export interface Candidate {
  /** Requests under way to it. */
  readonly inFlight: number;
  /** Estimate of what the next answer takes. */
  readonly latencyMs: number;
  /** Share of a full member's traffic, 0 to 1: less for one that has just returned. */
  readonly share: number;
  /** Multiplies the cost; above 1 for one under suspicion. */
  readonly burden: number;
}

/** Time that a request would wait, as far as this client can tell. */
export function costOf({ inFlight, latencyMs, burden }: Candidate): number {
  return (inFlight + 1) * latencyMs * burden;
}

/** Draws again this often where a member with less than a full share declines; then it serves after all. */
const TURNS_MAX = 5;
/** A draw has twice as many. */
const HALF_BITS = 15;
const HALF_MASK = 2 ** HALF_BITS - 1;

/** Undefined where there is no member. For some thousand members at most. */
export function betterOfTwo<Member extends Candidate>(
  members: readonly Member[],
  draws: Pick<Draws, 'next'>,
): Member | undefined {
  const count = members.length;
  if (count <= 1) return members[0];
  let chosen = members[0]!;
  for (let turn = 0; turn < TURNS_MAX; turn += 1) {
    // One draw says both places, by 15 bits each: without a division, and even to a part in 32,768.
    const draw = draws.next();
    const first = ((draw & HALF_MASK) * count) >> HALF_BITS;
    let second = ((draw >> HALF_BITS) * (count - 1)) >> HALF_BITS;
    if (second >= first) second += 1;
    const one = members[first]!;
    const other = members[second]!;
    chosen = costOf(other) < costOf(one) ? other : one;
    if (chosen.share >= 1 || draws.next() < chosen.share * DRAW_MAX) break;
  }
  return chosen;
}
