/** How every SDK client of ours is set up: bounded in time, and in tries. */

export interface ClientBounds {
  /** One try may take this long, in ms. */
  readonly requestMs: number;
  /** 1 for whatever changes something: the SDK must not repeat a call whose outcome is unknown. */
  readonly tries: number;
}

const CONNECT_MS = 1500;

export function clientConfig({ requestMs, tries }: ClientBounds): {
  readonly maxAttempts: number;
  readonly requestHandler: {
    readonly connectionTimeout: number;
    readonly requestTimeout: number;
    readonly throwOnRequestTimeout: true;
  };
} {
  return {
    maxAttempts: tries,
    requestHandler: {
      connectionTimeout: Math.min(CONNECT_MS, requestMs),
      requestTimeout: requestMs,
      throwOnRequestTimeout: true,
    },
  };
}
