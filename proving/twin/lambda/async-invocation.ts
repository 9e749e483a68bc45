/**
 * What becomes of an asynchronous invocation after an attempt.
 *
 * Source: AWS Lambda Developer Guide, "How Lambda handles errors and retries with asynchronous invocation": after
 * a function error up to two more attempts, one and then two minutes later; after a throttle or a fault of the
 * service, again from 1 s doubling to 5 min; until the event is too old.
 */

export interface AsyncPolicy {
  /** Attempts after the first that ended in a function error. @default 2 */
  readonly retriesMax: number;
  /** Age at which an event is given up. @default 6 hours */
  readonly eventAgeMsMax: number;
}

export const DEFAULT_ASYNC_POLICY: AsyncPolicy = { retriesMax: 2, eventAgeMsMax: 6 * 3600_000 };

export interface AsyncEvent {
  readonly acceptedAt: number;
  /** Attempts that ended in a function error. */
  readonly failures: number;
  /** Throttled attempts in a row. */
  readonly throttles: number;
}

export type AttemptOutcome = 'ok' | 'function-error' | 'throttled';

export type AsyncNext =
  | { readonly kind: 'done' }
  | { readonly kind: 'retry'; readonly at: number; readonly event: AsyncEvent }
  | { readonly kind: 'give-up'; readonly condition: 'RetriesExhausted' | 'EventAgeExceeded' };

const ERROR_DELAYS_MS = [60_000, 120_000] as const;
const THROTTLE_DELAY_MS = 1000;
const THROTTLE_DELAY_MS_MAX = 300_000;

export function acceptAsync(now: number): AsyncEvent {
  return { acceptedAt: now, failures: 0, throttles: 0 };
}

/** Whether an event may still be handed to the function. */
export function isTooOld(policy: AsyncPolicy, event: AsyncEvent, now: number): boolean {
  return now - event.acceptedAt > policy.eventAgeMsMax;
}

export function afterAttempt(
  policy: AsyncPolicy,
  event: AsyncEvent,
  outcome: AttemptOutcome,
  now: number,
): AsyncNext {
  if (outcome === 'ok') return { kind: 'done' };
  const next =
    outcome === 'throttled'
      ? { ...event, throttles: event.throttles + 1 }
      : { ...event, failures: event.failures + 1, throttles: 0 };
  if (outcome === 'function-error' && next.failures > policy.retriesMax) {
    return { kind: 'give-up', condition: 'RetriesExhausted' };
  }
  const at = now + (outcome === 'throttled' ? throttleDelay(event.throttles) : errorDelay(event.failures));
  if (isTooOld(policy, event, at)) return { kind: 'give-up', condition: 'EventAgeExceeded' };
  return { kind: 'retry', at, event: next };
}

function errorDelay(failuresBefore: number): number {
  return ERROR_DELAYS_MS[failuresBefore] ?? ERROR_DELAYS_MS[1];
}

function throttleDelay(throttlesBefore: number): number {
  return Math.min(THROTTLE_DELAY_MS_MAX, THROTTLE_DELAY_MS * 2 ** Math.min(throttlesBefore, 16));
}
