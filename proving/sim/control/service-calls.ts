/** How the real adapters bound their calls, and what they make of a failure. A test compares the bounds. */

import type { CallOutcome } from '../../../core/ports/index.ts';
import type { CallFault } from '../faults/spec.ts';
import type { CallBounds } from './invocation.ts';

export const STATE_BOUNDS: CallBounds = { requestMs: 1500, tries: 3 };
/** A slow table may cost a prober part of a sweep, never the next one. */
export const PROBER_STATE_BOUNDS: CallBounds = { requestMs: 800, tries: 1 };
export const THROTTLE_TABLE_BOUNDS: CallBounds = { requestMs: 1000, tries: 2 };
export const DESCRIBE_BOUNDS: CallBounds = { requestMs: 3000, tries: 2 };
/** Parameters and alarms. */
export const READS_BOUNDS: CallBounds = { requestMs: 3000, tries: 3 };
/** The SDK never repeats a call that changes the cluster. */
export const MUTATION_TRIES = 1;

const ERROR_NAMES: Readonly<Record<CallFault, string>> = {
  throttled: 'ThrottlingException',
  failed: 'InternalServerError',
  lost: 'TimeoutError',
  'answer-lost': 'TimeoutError',
};

/** What a port that throws throws after its last try. */
export function errorOf(fault: CallFault): Error {
  const error = new Error(`the call failed: ${fault}`);
  error.name = ERROR_NAMES[fault];
  return error;
}

/** What a mutating call of the cluster answers: below 500 a refusal, all else leaves it open (F-16). */
export function outcomeOf(fault: CallFault): CallOutcome {
  const code = ERROR_NAMES[fault];
  if (fault === 'throttled') return { outcome: 'refused', code, conflict: false, retryable: true };
  return { outcome: 'unknown', code };
}
