/**
 * Whole random numbers for choices that are made often: a number with a fraction would be allocated each time.
 * Source: Marsaglia, Xorshift RNGs, 2003 (32 bits, shifts 13, 17, 5). Not for secrets.
 */

/** Draws are below it: small enough that every one is kept without an allocation. */
export const DRAW_MAX = 2 ** 30;

export class Draws {
  #state: number;

  /** @param random in [0, 1): equal seeds, equal draws */
  constructor(random: number) {
    // Never 0: it would stay so for ever. As a signed number of 32 bits, as every later one is.
    this.#state = (Math.floor(random * 0xffff_fffe) + 1) | 0;
  }

  /** A whole number from 0 to below `DRAW_MAX`. */
  next(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return state & (DRAW_MAX - 1);
  }
}
