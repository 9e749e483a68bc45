/**
 * What the callable front of the cache is asked, and what it answers: JSON both ways. For applications without a
 * connection to the shards, and for the function that looks after them.
 */

import type { Advice } from '../errors.ts';
import type { CacheCopy } from '../state/cache-items.ts';
import type { SeenRow } from './controller/types.ts';
import type { GrowthAnswer, GrowthRequest } from './growth/index.ts';
import type { JsonValue } from './value.ts';

/** Text, or bytes. */
export type FrontKey = string | { readonly base64: string };
/** What JSON gives back as it was, or bytes. */
export type FrontValue = { readonly json: JsonValue } | { readonly base64: string };

/** `tenant` names whose keys they are. Default: nobody in particular. Times are whole ms. */
export type FrontRequest =
  | { readonly op: 'get'; readonly tenant?: string; readonly key: FrontKey }
  | { readonly op: 'mget'; readonly tenant?: string; readonly keys: readonly FrontKey[] }
  | {
      readonly op: 'set';
      readonly tenant?: string;
      readonly key: FrontKey;
      readonly value: FrontValue;
      readonly ttlMs: number;
    }
  | { readonly op: 'delete'; readonly tenant?: string; readonly keys: readonly FrontKey[] }
  /** The value, or the right to load it and to `store` it. */
  | { readonly op: 'ask'; readonly tenant?: string; readonly key: FrontKey }
  | {
      readonly op: 'store';
      readonly tenant?: string;
      readonly key: FrontKey;
      /** As `ask` gave it. */
      readonly fill: string;
      readonly value: FrontValue;
      readonly ttlMs: number;
      readonly staleMs?: number;
    }
  /** For cache-router: the rows of the shards. */
  | { readonly op: 'rows'; readonly cache: CacheCopy }
  | { readonly op: 'quarantine'; readonly cache: CacheCopy; readonly shard: number; readonly epoch: number }
  | { readonly op: 'readmit'; readonly cache: CacheCopy; readonly shard: number }
  /** For the command that doubles the shards. */
  | { readonly op: 'growth'; readonly cache: CacheCopy; readonly ask: GrowthRequest };

export type FrontAnswer =
  /** `value` is absent for a miss. */
  | { readonly op: 'get'; readonly value?: FrontValue }
  /** In the order of the keys; null for a miss. */
  | { readonly op: 'mget'; readonly values: readonly (FrontValue | null)[] }
  | { readonly op: 'set'; readonly stored: boolean }
  | { readonly op: 'delete' }
  | { readonly op: 'ask'; readonly found: 'value'; readonly value: FrontValue }
  /** Load, then `store` with `fill`; null: load, and store nothing. */
  | { readonly op: 'ask'; readonly found: 'nothing'; readonly fill: string | null }
  /** Somebody loads it: ask again after a while. */
  | { readonly op: 'ask'; readonly found: 'busy' }
  /** False when the key was invalidated meanwhile, or the shard is away: the value is yours, and was not kept. */
  | { readonly op: 'store'; readonly stored: boolean }
  | { readonly op: 'rows'; readonly rows: readonly SeenRow[] }
  /** The row after it. */
  | { readonly op: 'quarantine'; readonly row: SeenRow }
  | { readonly op: 'readmit'; readonly row: SeenRow }
  | { readonly op: 'growth'; readonly answer: GrowthAnswer }
  | { readonly op: 'refused'; readonly error: FrontError };

/** `code` and `advice` as the errors of the library have them: `invalid-input`, `not-invalidated`, ... */
export interface FrontError {
  readonly code: string;
  readonly advice: Advice;
  readonly message: string;
}
