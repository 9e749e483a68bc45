/** Names shared by the write-failover controller and the stack that deploys it. */
export const FUNCTION = 'write-failover';
export const TIMEOUT_S = 25;
export const RESERVED_CONCURRENCY = 1;
/** Outlives the function's hard time-out plus the request time-out (I-07: 60 s > 25 s + 10 s). */
export const LEASE_MS = 60_000;
export const REQUEST_TIMEOUT_MS = 10_000;
export const METRIC = { decisions: 'write-failover-decisions', recoveryFailed: 'recovery-failed' } as const;

/** Used when neither the control item nor the environment variable names a mode: a forced promotion is only reported until a drill has passed. */
export const MODE_DEFAULT = 'observe';
/** Name of the controller's lease. */
export const LEASE = 'write-failover';
