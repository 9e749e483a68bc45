/** What the drill and the thread of its load say to each other. */

import type { Stream, ThrottleSample } from '../model.ts';

export type ToWorker =
  | { readonly kind: 'prepare'; readonly streams: readonly Stream[] }
  | { readonly kind: 'begin'; readonly name: string; readonly streams: readonly Stream[] }
  | { readonly kind: 'stop' };

export type FromWorker =
  | { readonly kind: 'prepared' }
  | { readonly kind: 'begun'; readonly at: number }
  | { readonly kind: 'samples'; readonly samples: readonly ThrottleSample[] }
  | { readonly kind: 'stopped'; readonly lagMsMax: number };
