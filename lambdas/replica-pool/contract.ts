/** Names shared by the reader-pool controller and the stack that deploys it. */
export const FUNCTION = 'replica-pool';
export const TIMEOUT_S = 25;
export const RESERVED_CONCURRENCY = 1;
export const METRIC = {
  readersIn: 'readers-in',
  readersLow: 'readers-low',
  decisions: 'replica-pool-decisions',
} as const;
