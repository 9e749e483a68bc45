import { reachOfSocket } from '../../core/database/signals.ts';
import type { Reach } from '../../core/state/items.ts';

/** Not let in: the user, its password or its rights. */
const LOGIN = /^(WRONGPASS|NOAUTH|NOPERM|ERR .*(AUTH|password))/i;
/** Busy with something, or full: load, never death. */
const LOAD = /^(LOADING|BUSY|TRYAGAIN|OOM|ERR max number of clients)/;

/** How far a probe of a shard got that ended in this error. Whatever is not known counts as no answer in time. */
export function reachOfError(error: unknown): Reach {
  if (!(error instanceof Error)) return 'timeout';
  const { name, message } = error;
  if (name === 'ReplyError') return reachOfReply(message);
  if (/credential/i.test(name)) return 'login';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (code !== '') return reachOfSocket(code);
  if (/replica|run_id/.test(message)) return 'error';
  return /closed|ended|isn't writeable/i.test(message) ? 'reset' : 'timeout';
}

function reachOfReply(message: string): Reach {
  if (LOGIN.test(message)) return 'login';
  return LOAD.test(message) ? 'load' : 'error';
}
