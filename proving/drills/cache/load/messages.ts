/** What the drill and the thread of its load say to each other. */

import type { CacheSample } from '../model.ts';

/** Products in the order in which they are taken, again and again. */
export interface Aim {
  readonly reads: readonly number[];
  readonly writes: readonly number[];
}

export type Ask =
  /** Reads each product once, a few at a time, and again what was not answered. */
  | { readonly kind: 'visit'; readonly products: readonly number[] }
  /** Sends at the load's rates from now on, to these products. */
  | ({ readonly kind: 'begin' } & Aim)
  /** Sends nothing more; what is under way is answered before the reply. */
  | { readonly kind: 'pause' };

export type Reply =
  /** The samples of the visit, which are no part of the others. */
  | { readonly kind: 'visited'; readonly visits: readonly CacheSample[] }
  | { readonly kind: 'begun'; readonly at: number }
  | { readonly kind: 'paused'; readonly at: number };
