/** Every error of the cache. Match by `code` or by `advice`, never by class or message. */

import type { Advice } from '../../core/errors.ts';
import { UnderstudyError } from '../../core/errors.ts';

const CACHE_ERRORS = {
  /**
   * The invalidation is not acknowledged: it could neither be delivered nor journaled, or nobody knows. Hits may be
   * older than the write. Repeat the deletion; repeating does no harm.
   */
  'not-invalidated': 'retry',
  /** Nothing is cached, and the database has no time for a load now. Come again after `retryAfterMs`. */
  'read-budget-spent': 'retry',
  /** The load did not end in the time that a load is given. */
  'load-timed-out': 'retry',
  /** The cache is closed. */
  'cache-closed': 'give-up',
} as const satisfies Readonly<Record<string, Advice>>;

export type CacheErrorCode = keyof typeof CACHE_ERRORS;

export interface CacheErrorOptions {
  readonly cause?: unknown;
  /** @default - null */
  readonly retryAfterMs?: number;
}

export class CacheError extends UnderstudyError {
  declare readonly code: CacheErrorCode;
  /** When to come again, in ms; null where the error does not say. */
  readonly retryAfterMs: number | null;

  constructor(code: CacheErrorCode, message: string, { cause, retryAfterMs }: CacheErrorOptions = {}) {
    super(message, { code, advice: CACHE_ERRORS[code], cause });
    this.retryAfterMs = retryAfterMs ?? null;
  }
}

/** Nothing was loaded, because the read budget is spent. */
export function isSpent(error: unknown): boolean {
  return error instanceof CacheError && error.code === 'read-budget-spent';
}
