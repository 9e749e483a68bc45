/** Randomness from a seed: equal seeds give equal runs. */

import { hash32 } from '../../../core/hash.ts';

export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** A whole number in [min, max]. */
  between(min: number, max: number): number;
  chance(probability: number): boolean;
  /** One of the list. Throws RangeError when it is empty. */
  pick<T>(list: readonly T[]): T;
  /** A generator of its own, which depends on the seed and the label alone: a new draw here moves nothing there. */
  fork(label: string): Random;
}

/** Any safe integer is a seed. Mulberry32 over a hash of seed and label. */
export function randomOf(seed: number, label = ''): Random {
  let state = hash32(`${seed} ${label}`);
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    between: (min, max) => min + Math.floor(next() * (max - min + 1)),
    chance: (probability) => next() < probability,
    pick: (list) => {
      if (list.length === 0) throw new RangeError('nothing to pick from');
      return list[Math.floor(next() * list.length)]!;
    },
    fork: (child) => randomOf(seed, `${label}/${child}`),
  };
}
