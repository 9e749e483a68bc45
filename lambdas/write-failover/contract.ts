import { WRITER_LEASE } from '../shared/contract.ts';

/** Names shared by the write-failover controller and the stack that deploys it. */
export const FUNCTION = 'write-failover';
export const TIMEOUT_S = 25;
export const RESERVED_CONCURRENCY = 1;
export const LEASE_MS = WRITER_LEASE.ms;
export const REQUEST_TIMEOUT_MS = WRITER_LEASE.requestMs;
export const METRIC = { decisions: 'write-failover-decisions', recoveryFailed: 'recovery-failed' } as const;

/** Used when neither the control item nor the environment variable names a mode: a forced promotion is only reported until a drill has passed. */
export const MODE_DEFAULT = 'observe';
/** Name of the controller's lease. */
export const LEASE = WRITER_LEASE.name;
