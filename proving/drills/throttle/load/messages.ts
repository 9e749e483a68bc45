/** What the drill and the thread of its load say to each other. */

import type { FromLoad } from '../../load/thread.ts';
import type { Stream, ThrottleSample } from '../model.ts';

export type ToWorker =
  | { readonly kind: 'prepare'; readonly streams: readonly Stream[] }
  | { readonly kind: 'begin'; readonly name: string; readonly streams: readonly Stream[] }
  | { readonly kind: 'stop' };

export type Reply =
  | { readonly kind: 'prepared' }
  | { readonly kind: 'begun'; readonly at: number }
  | { readonly kind: 'stopped'; readonly lagMsMax: number };

export type FromWorker = FromLoad<ThrottleSample, Reply>;
