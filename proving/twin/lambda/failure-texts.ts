/** The errors the Lambda service itself answers for an invocation, in AWS's words. */

export interface FunctionFailure {
  readonly errorType: string;
  readonly errorMessage: string;
}

export function timedOut(requestId: string, timeoutS: number): FunctionFailure {
  return {
    errorType: 'Sandbox.Timedout',
    errorMessage: `RequestId: ${requestId} Error: Task timed out after ${timeoutS.toFixed(2)} seconds`,
  };
}

/** @param exit how the process ended; neither code nor signal means that it left without a reason */
export function exited(
  requestId: string,
  exit: { readonly code: number | null; readonly signal: string | null },
): FunctionFailure {
  return {
    errorType: 'Runtime.ExitError',
    errorMessage: `RequestId: ${requestId} Error: ${exitReason(exit)}`,
  };
}

function exitReason(exit: { readonly code: number | null; readonly signal: string | null }): string {
  if (exit.signal !== null) {
    return `Runtime exited with error: signal: ${exit.signal === 'SIGKILL' ? 'killed' : exit.signal}`;
  }
  if (exit.code !== null && exit.code !== 0) return `Runtime exited with error: exit status ${exit.code}`;
  return 'Runtime exited without providing a reason';
}
