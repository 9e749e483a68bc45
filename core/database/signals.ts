/** What PostgreSQL's own answers mean for a decision. SQLSTATE classes from the PostgreSQL manual, appendix A. */

import type { Reach, WriteResult } from '../state/items.ts';

/** Too many connections, a lock not available, a statement cancelled: load, never death. */
export const LOAD_STATES: ReadonlySet<string> = new Set(['53300', '55P03', '57014']);
/** The member refuses writes: it is no writer (any more). */
export const READ_ONLY_STATE = '25006';
/** Shutting down, crashed, starting up: the process is gone or not yet back. AWS sees this by itself. */
const GOING_STATES: ReadonlySet<string> = new Set(['57P01', '57P02']);
const STARTING_STATE = '57P03';

/** How an answered error of the server counts as reach. */
export function reachOfState(sqlState: string): Reach {
  if (LOAD_STATES.has(sqlState)) return 'load';
  if (GOING_STATES.has(sqlState)) return 'reset';
  if (sqlState === STARTING_STATE) return 'refused';
  if (sqlState.startsWith('28')) return 'login';
  return 'error';
}

/** How an answered error of the server counts as the result of a heartbeat write. */
export function writeOfState(sqlState: string): WriteResult {
  if (sqlState === READ_ONLY_STATE) return 'read-only';
  return LOAD_STATES.has(sqlState) ? 'load' : 'error';
}

/**
 * How an error of the socket counts as reach. `code` is the errno name or Node's TLS error code; whatever is
 * not known counts as a member that could not be reached in time.
 */
export function reachOfSocket(code: string): Reach {
  if (code === 'ECONNREFUSED') return 'refused';
  if (code === 'ECONNRESET' || code === 'EPIPE' || code === 'ENOTCONN') return 'reset';
  return TLS_CODE.test(code) ? 'tls' : 'timeout';
}

const TLS_CODE =
  /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH|EPROTO|INVALID_CA)/;

/** The member was not seen at all: what counts towards a prober's own blindness. */
export function isUnseen(reach: Reach): boolean {
  return (
    reach === 'refused' || reach === 'timeout' || reach === 'reset' || reach === 'tls' || reach === 'login'
  );
}

/** The process is gone: the managed service sees it too and acts by itself. A time-out is what it does not see. */
export function isGone(reach: Reach): boolean {
  return reach === 'refused' || reach === 'reset';
}
