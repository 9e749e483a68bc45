/** Where the load is sent. Equal seeds send it to the same products in the same order. */

import { hash32 } from '../../../core/hash.ts';
import type { Home } from './home.ts';
import type { Aim } from './load/index.ts';

/** One product in so many changes all the time; the others only where a scenario says so. */
const CHANGING_EVERY = 5;
/** One pair of reads in so many is for the same product, which many want at once (F-31). */
const HOT_EVERY = 5;

export interface AimOptions {
  readonly products: readonly number[];
  readonly home: Home;
  readonly shards: number;
  readonly seed: number;
}

/** Reads of everything, in pairs that leave together; writes to one product in five. */
export function steadyAim({ products, home, shards, seed }: AimOptions): Aim {
  const mixed = shuffled(products, seed);
  const hot = Array.from({ length: shards }, (_, shard) => mixed.find((product) => home(product) === shard));
  const known = hot.filter((product) => product !== undefined);
  return {
    reads: pairs(mixed, known.length > 0 ? known : mixed.slice(0, 1)),
    writes: mixed.filter((_, at) => at % CHANGING_EVERY === 0),
  };
}

/** In an order that a seed gives. */
export function shuffled(products: readonly number[], seed: number): readonly number[] {
  const ranked = products.map((product) => ({ product, rank: hash32(`${seed}:${product}`) }));
  return ranked.toSorted((a, b) => a.rank - b.rank || a.product - b.product).map(({ product }) => product);
}

function pairs(mixed: readonly number[], hot: readonly number[]): readonly number[] {
  const reads: number[] = [];
  for (let at = 0, pair = 0; at < mixed.length; pair += 1) {
    if (pair % HOT_EVERY === 0) {
      const product = hot[(pair / HOT_EVERY) % hot.length]!;
      reads.push(product, product);
    } else {
      reads.push(mixed[at]!, mixed[at + 1] ?? mixed[0]!);
      at += 2;
    }
  }
  return reads;
}
