/**
 * Whether one more invocation of a function may run now.
 *
 * Source: AWS Lambda Developer Guide, "Understanding Lambda function scaling": a function with reserved
 * concurrency has exactly that many; all others share what the reservations leave of the account's limit.
 */

export const ACCOUNT_CONCURRENCY = 1000;

export interface ConcurrencyState {
  /** Invocations of this function that run now. */
  readonly running: number;
  /** Null: the function draws on the unreserved pool. */
  readonly reserved: number | null;
  /** Running invocations of all functions without a reservation. */
  readonly runningUnreserved: number;
  /** Sum of the account's reservations. */
  readonly reservedTotal: number;
  /** @default ACCOUNT_CONCURRENCY */
  readonly accountLimit?: number;
}

export type Admission =
  | { readonly admitted: true }
  | {
      readonly admitted: false;
      readonly reason:
        'ReservedFunctionConcurrentInvocationLimitExceeded' | 'ConcurrentInvocationLimitExceeded';
    };

export function admit(state: ConcurrencyState): Admission {
  if (state.reserved !== null) {
    return state.running < state.reserved
      ? { admitted: true }
      : { admitted: false, reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' };
  }
  const pool = (state.accountLimit ?? ACCOUNT_CONCURRENCY) - state.reservedTotal;
  return state.runningUnreserved < pool
    ? { admitted: true }
    : { admitted: false, reason: 'ConcurrentInvocationLimitExceeded' };
}
