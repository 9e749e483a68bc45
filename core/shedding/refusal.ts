/** How a request is turned away: cheaply, with a reason and a time to come back. */

export type RefusalReason =
  /** The caller is over its own limit. */
  | 'caller-limit'
  /** The service is overloaded, and this request goes before others. */
  | 'shed'
  /** Every place is taken and the queue is full. */
  | 'queue-full'
  /** Nobody waits for the answer any more, or it would come too late. */
  | 'deadline-passed';

export interface Refusal {
  readonly status: 429 | 503;
  readonly reason: RefusalReason;
  /** Whole seconds, as the Retry-After header wants them (RFC 9110, section 10.2.3). */
  readonly retryAfterS: number;
}

/** A wait that never ends is told as this long, in seconds. */
const NEVER_S = 86_400;

/**
 * @param retryAfterMs when it may be admitted; Infinity when never as it is
 */
export function refusal(reason: RefusalReason, retryAfterMs: number): Refusal {
  const retryAfterS = Math.min(NEVER_S, Math.max(1, Math.ceil(retryAfterMs / 1000)));
  return { status: reason === 'caller-limit' ? 429 : 503, reason, retryAfterS };
}

/**
 * Whether work can still be of use: it must be able to end before its deadline. Both times by one monotonic
 * clock, in ms; `expectedMs` is what such work usually takes.
 */
export function isWorthDoing(nowMs: number, deadlineMs: number, expectedMs: number): boolean {
  return nowMs + expectedMs <= deadlineMs;
}
