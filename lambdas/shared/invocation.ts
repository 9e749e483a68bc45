/** What a handler gets of the Lambda context. */
export interface Invocation {
  readonly requestId: string;
  readonly functionArn: string;
  /** Milliseconds until the function's hard time-out. */
  remainingMs(): number;
}

export interface LambdaContext {
  readonly awsRequestId: string;
  readonly invokedFunctionArn: string;
  getRemainingTimeInMillis(): number;
}

export function invocationOf(context: LambdaContext): Invocation {
  return {
    requestId: context.awsRequestId,
    functionArn: context.invokedFunctionArn,
    remainingMs: () => context.getRemainingTimeInMillis(),
  };
}
