/** Every error of the cache. Match by `code` or by `advice`, never by class or message. */

import type { Advice } from '../../core/errors.ts';
import { UnderstudyError } from '../../core/errors.ts';

const CACHE_ERRORS = {
  /**
   * The invalidation is not acknowledged: it could neither be delivered nor journaled, or nobody knows. Hits may be
   * older than the write. Repeat the deletion; repeating does no harm.
   */
  'not-invalidated': 'retry',
  /** The cache is closed. */
  'cache-closed': 'give-up',
} as const satisfies Readonly<Record<string, Advice>>;

export type CacheErrorCode = keyof typeof CACHE_ERRORS;

export class CacheError extends UnderstudyError {
  constructor(code: CacheErrorCode, message: string, cause?: unknown) {
    super(message, { code, advice: CACHE_ERRORS[code], cause });
  }
}
