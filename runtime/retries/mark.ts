/**
 * One layer retries. An error that a retrying layer gave up on carries a mark, and a layer above leaves it alone:
 * three layers of three attempts each would be 27 of them.
 */

/** The same for every installed version of this package. */
const MARK = Symbol.for('understudy.retried');
/** Errors that wrap others are looked through this far. */
const CAUSES_MAX = 8;

/** Marks the error and returns it. What cannot be marked stays as it is. */
export function markRetried<T>(error: T): T {
  if (typeof error === 'object' && error !== null && Object.isExtensible(error)) {
    Object.defineProperty(error, MARK, { value: true, configurable: true });
  }
  return error;
}

/** Whether the error, or what caused it, went through a layer that retries. */
export function wasRetried(error: unknown): boolean {
  let current = error;
  for (let depth = 0; depth < CAUSES_MAX && typeof current === 'object' && current !== null; depth += 1) {
    if (MARK in current) return true;
    current = (current as { cause?: unknown }).cause;
  }
  return false;
}
