import { reachOfSocket, reachOfState, writeOfState } from '../../core/database/signals.ts';
import type { Reach, WriteResult } from '../../core/state/items.ts';

export interface Explained {
  readonly reached: { readonly reach: Reach; readonly sqlState: string | null };
  readonly written: WriteResult;
  readonly sqlState: string | null;
}

const SQL_STATE = /^[0-9A-Z]{5}$/;

/** What an error of the driver means: an answer of the server has a severity, all else is the socket's. */
export function explain(error: unknown): Explained {
  const { code, severity, message } = fieldsOf(error);
  if (severity !== '' && SQL_STATE.test(code)) {
    return {
      reached: { reach: reachOfState(code), sqlState: code },
      written: writeOfState(code),
      sqlState: code,
    };
  }
  return { reached: { reach: socketReach(code, message), sqlState: null }, written: 'error', sqlState: null };
}

function socketReach(code: string, message: string): Reach {
  if (code !== '') return reachOfSocket(code);
  if (/does not support SSL/i.test(message)) return 'tls';
  return /terminated|closed|ended|not queryable/i.test(message) ? 'reset' : 'timeout';
}

function fieldsOf(error: unknown): { code: string; severity: string; message: string } {
  const fields = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  const text = (name: string): string => (typeof fields[name] === 'string' ? fields[name] : '');
  return { code: text('code'), severity: text('severity'), message: text('message') };
}
