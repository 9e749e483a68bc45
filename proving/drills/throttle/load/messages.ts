/** What the drill and the thread of its load say to each other. */

import type { Stream } from '../model.ts';

export type Ask =
  | { readonly kind: 'prepare'; readonly streams: readonly Stream[] }
  | { readonly kind: 'begin'; readonly name: string; readonly streams: readonly Stream[] };

export type Reply = { readonly kind: 'prepared' } | { readonly kind: 'begun'; readonly at: number };
