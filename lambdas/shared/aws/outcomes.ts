import type { CallOutcome } from '../../../core/ports/index.ts';

/** AWS is already changing what is asked for, or someone else has: wait, and look (facts 13 and 14). */
const CONFLICTS: ReadonlySet<string> = new Set([
  'InvalidDBClusterStateFault',
  'InvalidDBInstanceState',
  'InvalidDBInstanceStateFault',
  'InvalidDBClusterEndpointStateFault',
  'InvalidCacheClusterStateFault',
  'InvalidReplicationGroupStateFault',
  // ARC: a shift or an autoshift leads away from a zone of this balancer already.
  'ConflictException',
  // Route 53: it is still making the change before this one.
  'PriorRequestNotComplete',
]);
const THROTTLES: ReadonlySet<string> = new Set([
  'Throttling',
  'ThrottlingException',
  'RequestLimitExceeded',
  'TooManyRequestsException',
]);
const SERVER_ERROR = 500;

/** Sends a mutating call, and says what its answer or its error means. */
export async function outcomeOf(send: () => Promise<unknown>): Promise<CallOutcome> {
  try {
    await send();
    return { outcome: 'accepted' };
  } catch (error) {
    return outcomeOfError(error);
  }
}

/**
 * What an error of a mutating call says about its effect. A clear answer below 500 is a refusal; a server error,
 * a time-out or a lost connection leaves the outcome unknown (F-16).
 */
export function outcomeOfError(error: unknown): CallOutcome {
  const code = error instanceof Error ? error.name : 'UnknownError';
  const status = statusOf(error);
  if (status === null || status >= SERVER_ERROR) return { outcome: 'unknown', code };
  const conflict = CONFLICTS.has(code);
  return { outcome: 'refused', code, conflict, retryable: conflict || THROTTLES.has(code) };
}

function statusOf(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return null;
  const metadata = error.$metadata as { readonly httpStatusCode?: number } | undefined;
  return metadata?.httpStatusCode ?? null;
}
