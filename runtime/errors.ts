/** Every error of the pools. Match by `code` or by `advice`, never by class or message. */

import type { Advice } from '../core/errors.ts';
import { UnderstudyError } from '../core/errors.ts';
import { markRetried } from './retries/mark.ts';
import { type FailureKind, pushesBack } from '../core/pools/index.ts';

const ADVICE: Readonly<Record<FailureKind, Advice>> = {
  lost: 'retry',
  'read-only': 'retry',
  'timed-out': 'retry',
  broken: 'retry',
  login: 'give-up',
  load: 'retry',
  conflict: 'retry',
  unknown: 'check',
  caller: 'give-up',
};

const CODE = {
  lost: 'connection-lost',
  'read-only': 'read-only',
  'timed-out': 'timed-out',
  broken: 'member-broken',
  login: 'login-refused',
  load: 'overloaded',
  conflict: 'conflict',
  unknown: 'outcome-unknown',
  caller: 'statement-refused',
} as const satisfies Readonly<Record<FailureKind, string>>;

/** One statement or one connection failed. `sqlState` is the database's own code, where it gave one. */
export class DatabaseFailure extends UnderstudyError {
  readonly kind: FailureKind;
  readonly sqlState: string | null;
  readonly memberId: string;
  /** The server has too much to do: what it refused is not sent to it again. */
  readonly pushedBack: boolean;

  constructor(
    kind: FailureKind,
    detail: {
      readonly memberId: string;
      readonly message: string;
      readonly sqlState?: string | null;
      readonly cause?: unknown;
    },
  ) {
    super(`${detail.memberId}: ${detail.message}`, {
      code: CODE[kind],
      advice: ADVICE[kind],
      cause: detail.cause,
    });
    this.kind = kind;
    this.sqlState = detail.sqlState ?? null;
    this.memberId = detail.memberId;
    this.pushedBack = pushesBack(this.sqlState);
  }
}

const POOL_ERRORS = {
  /** The deadline passed before an answer. Reads only: nothing was changed. */
  'deadline-exceeded': 'retry',
  /** No reader can serve and the writer's share for reads is taken (I-37). */
  'reads-shed': 'retry',
  /** No member can serve: none is reachable. */
  'no-member': 'retry',
  /** No writer was found before the deadline; the write did not take effect. */
  'no-writer': 'retry',
  /** Too many requests wait already. */
  'queue-full': 'retry',
  /** The write may or may not have taken effect: its acknowledgement was lost. Look before writing again. */
  'outcome-unknown': 'check',
  /** The pool is closed or closing. */
  'pool-closed': 'give-up',
  /** A session was used after the work it was given to had ended. */
  'session-ended': 'give-up',
} as const satisfies Readonly<Record<string, Advice>>;

export type PoolErrorCode = keyof typeof POOL_ERRORS;

export class PoolError extends UnderstudyError {
  constructor(code: PoolErrorCode, message: string, cause?: unknown) {
    super(message, { code, advice: POOL_ERRORS[code], cause });
  }
}

/** The kind of a failure; `caller` for what the application's own code threw. */
export function kindOf(error: unknown): FailureKind {
  return error instanceof DatabaseFailure ? error.kind : 'caller';
}

/** Marks what a pool gives up on: whoever retries above it leaves it alone. What the work itself threw is not its. */
export function retriedHere(error: unknown): unknown {
  return error instanceof DatabaseFailure || error instanceof PoolError ? markRetried(error) : error;
}
