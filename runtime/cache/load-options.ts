/** What a reader says of one value that it wants loaded when it is not cached. */

import { ttlFaults } from '../../core/cache/index.ts';
import type { Fault } from '../../core/errors.ts';
import { CRITICALITIES, type Criticality } from '../../core/shedding/index.ts';

export interface LoadOptions {
  /** Whole ms from 1 to 30 days; a random part of it is taken off, so that keys do not expire together. */
  readonly ttlMs: number;
  /**
   * For so long after `ttlMs` the value is still served, while one reader loads it anew. It is about age alone: an
   * invalidated value is never served. @default 0
   */
  readonly staleMs?: number;
  /**
   * For so long after `ttlMs` and `staleMs` the value is kept, and served only when the read budget is spent. `get` and
   * `mget` return it too, as they know no better. @default 0
   */
  readonly staleIfBusyMs?: number;
  /** Who goes first when more has to be loaded than the read budget allows. @default 'critical' */
  readonly criticality?: Criticality;
  /** The reader went away: the read rejects with its reason, and nothing is loaded for it any more. */
  readonly signal?: AbortSignal;
  /** No more than this part of the read budget is spent on it, above 0 to 1. @default 1 */
  readonly share?: number;
  /** Called once before a value is returned. `freshMs`: for how long it is fresh yet; below 0 it is past its time. */
  readonly onServed?: (from: ServedFrom, freshMs: number) => void;
}

/**
 * Where a value came from: `hit`; `stale`, past its time; `load`, which somebody may have begun before; `inner`, the
 * copy or the gutter behind a layered cache.
 */
export type ServedFrom = 'hit' | 'stale' | 'load' | 'inner';

/** What a load is told. */
export interface LoadContext {
  /** Nobody waits for the value any more. Pass it to the query. */
  readonly signal: AbortSignal;
  readonly criticality: Criticality;
  /** The part of the read budget that is open to it. */
  readonly share: number;
}

/** What is wrong with the options; nothing when they can be used. */
export function loadFaults(options: LoadOptions): readonly Fault[] {
  const { ttlMs, staleMs = 0, staleIfBusyMs = 0, criticality, share } = options;
  const faults = [...ttlFaults('ttlMs', ttlMs)];
  if (staleMs !== 0) faults.push(...ttlFaults('staleMs', staleMs));
  if (staleIfBusyMs !== 0) faults.push(...ttlFaults('staleIfBusyMs', staleIfBusyMs));
  if (criticality !== undefined && !CRITICALITIES.includes(criticality)) {
    const rule = `must be one of ${CRITICALITIES.join(', ')}`;
    faults.push({ field: 'criticality', value: criticality, rule, fix: 'leave it out for what users see' });
  }
  if (share !== undefined && !(share > 0 && share <= 1)) {
    const rule = 'must be above 0 and at most 1';
    faults.push({ field: 'share', value: share, rule, fix: 'leave it out for the whole budget' });
  }
  return faults;
}
