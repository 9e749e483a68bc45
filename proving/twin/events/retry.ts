/**
 * Delivery to a target: at once, then again with growing waits until the event is too old or was tried often
 * enough, then to the dead-letter queue. Shared by rules and schedules, whose policies have the same members.
 */

export interface RetryPolicy {
  /** 60 to 86400. */
  readonly eventAgeSMax: number;
  /** 0 to 185; the first delivery is not counted. */
  readonly retriesMax: number;
}

export const DEFAULT_RETRY_POLICY: RetryPolicy = { eventAgeSMax: 86_400, retriesMax: 185 };

export type AfterFailure =
  | { readonly kind: 'retry'; readonly at: number }
  | {
      readonly kind: 'dead-letter';
      /** The code EventBridge writes into the message's attributes. */
      readonly errorCode: string;
    };

const FIRST_WAIT_MS = 1_000;
const WAIT_MS_MAX = 15 * 60_000;

/** Errors that no later attempt can mend: they go straight to the dead-letter queue. */
const PERMANENT: Readonly<Record<string, string>> = {
  AccessDenied: 'NO_PERMISSIONS',
  AccessDeniedException: 'NO_PERMISSIONS',
  NoSuchEntity: 'NO_PERMISSIONS',
  ResourceNotFoundException: 'NO_RESOURCE',
  'AWS.SimpleQueueService.NonExistentQueue': 'NO_RESOURCE',
  NotFound: 'NO_RESOURCE',
};

export function afterFailure(attempt: {
  /** The error's wire code. */
  readonly code: string;
  /** Retries made so far. */
  readonly retries: number;
  readonly firstAt: number;
  readonly now: number;
  readonly policy: RetryPolicy;
  /** 0 to 1: spreads the waits. */
  readonly jitter: number;
}): AfterFailure {
  const { policy, retries, now } = attempt;
  const permanent = Object.hasOwn(PERMANENT, attempt.code) ? PERMANENT[attempt.code] : undefined;
  if (permanent !== undefined) return { kind: 'dead-letter', errorCode: permanent };
  const wait = Math.min(WAIT_MS_MAX, FIRST_WAIT_MS * 2 ** Math.min(retries, 30)) * (0.5 + attempt.jitter / 2);
  const at = now + wait;
  if (retries >= policy.retriesMax || at - attempt.firstAt > policy.eventAgeSMax * 1000) {
    return { kind: 'dead-letter', errorCode: attempt.code };
  }
  return { kind: 'retry', at };
}
