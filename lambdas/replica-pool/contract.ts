/** Names shared by the reader-pool controller and the stack that deploys it. */
export const FUNCTION = 'replica-pool';
export const TIMEOUT_S = 25;
export const RESERVED_CONCURRENCY = 1;
export const METRIC = {
  readersIn: 'readers-in',
  readersLow: 'readers-low',
  decisions: 'replica-pool-decisions',
  recoveryFailed: 'recovery-failed',
} as const;

/** Used when neither the control item nor the environment variable names a mode: the pool is kept from the first deployment on. */
export const MODE_DEFAULT = 'act';
/** Name of the controller's lease. */
export const LEASE = 'replica-pool';
/** Outlives the function's hard time-out plus the request time-out (I-07: 60 s > 25 s + 10 s). */
export const LEASE_MS = 60_000;
export const REQUEST_TIMEOUT_MS = 10_000;
