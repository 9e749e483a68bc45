import { UnderstudyError, type Advice } from '../../core/errors.ts';

/**
 * Why one attempt has no answer. `unsent`: no connection, so nothing was done. `lost`: the connection ended before the
 * answer did. `timed-out`: none within the limit of one attempt. `aborted`: nobody waits for it any more.
 */
export type AttemptFailureKind = 'unsent' | 'lost' | 'timed-out' | 'aborted';

/** An attempt that has no answer. Stays inside the pool; its cause comes out with `ServiceError`. */
export class AttemptFailure extends Error {
  readonly kind: AttemptFailureKind;

  constructor(kind: AttemptFailureKind, cause?: unknown) {
    super(cause instanceof Error ? cause.message : kind, { cause });
    this.kind = kind;
  }
}

/**
 * - `no-instance`: no instance of the service was ever known.
 * - `deadline-exceeded`: the time that the caller gave was over, before any work or while waiting.
 * - `service-unreachable`: no connection, and no other attempt was allowed.
 * - `service-timed-out`, `service-lost`: sent, and never answered: whether it took effect is unknown.
 * - `service-pool-closed`: the pool was closed.
 */
export type ServiceErrorCode =
  | 'no-instance'
  | 'deadline-exceeded'
  | 'service-unreachable'
  | 'service-timed-out'
  | 'service-lost'
  | 'service-pool-closed';

export class ServiceError extends UnderstudyError {
  /** The instances that were tried, in order. */
  readonly tried: readonly string[];

  constructor(
    code: ServiceErrorCode,
    message: string,
    options: { readonly advice: Advice; readonly tried?: readonly string[]; readonly cause?: unknown },
  ) {
    super(message, { code, advice: options.advice, cause: options.cause });
    this.tried = options.tried ?? [];
  }
}
