/**
 * What a failure means for another attempt, whatever library it comes from: errors of this one by their advice,
 * refusals by their time, sockets by their code, AWS's SDK by what it says of itself. What nobody knows is the
 * caller's own bug and is not tried again.
 */

import { wasRetried } from './mark.ts';

export type Verdict =
  | { readonly again: 'never' }
  | {
      /** `safe`: nothing was done, or only read. `if-idempotent`: something may have been done. */
      readonly again: 'safe' | 'if-idempotent';
      /** The server's own time, in ms: not before it. Infinity: never. Null: it gave none. */
      readonly afterMs: number | null;
    };

export const NEVER: Verdict = { again: 'never' };
const SAFE: Verdict = { again: 'safe', afterMs: null };
const IF_IDEMPOTENT: Verdict = { again: 'if-idempotent', afterMs: null };

/** Too much was asked, and nobody says until when: another attempt would be more of it. */
const PUSHED_BACK_CODES: ReadonlySet<unknown> = new Set(['overloaded', 'queue-full', 'reads-shed']);
/** The request never left. */
const UNSENT_CODES: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);
/** It may have arrived. */
const LOST_CODES: ReadonlySet<unknown> = new Set([
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'UND_ERR_SOCKET',
  'UND_ERR_HEADERS_TIMEOUT',
]);

type Fields = Readonly<Record<string, unknown>>;

/** @param error whatever an attempt threw */
export function judgeError(error: unknown): Verdict {
  if (wasRetried(error) || !isFields(error)) return NEVER;
  const { name, refusal, advice, $metadata: metadata } = error;
  if (name === 'AbortError') return NEVER;
  if (isFields(metadata)) return judgeSdk(error, metadata);
  if (typeof advice === 'string') return judgeAdvice(advice, error['code'], refusal);
  if (name === 'TimeoutError') return IF_IDEMPOTENT;
  return judgeCode(error['code'] ?? (isFields(error['cause']) ? error['cause']['code'] : undefined));
}

function judgeAdvice(advice: string, code: unknown, refusal: unknown): Verdict {
  if (advice === 'give-up') return NEVER;
  if (isFields(refusal)) {
    const { retryAfterS } = refusal;
    return typeof retryAfterS === 'number' ? { again: 'safe', afterMs: retryAfterS * 1000 } : NEVER;
  }
  if (PUSHED_BACK_CODES.has(code)) return NEVER;
  return advice === 'retry' ? SAFE : IF_IDEMPOTENT;
}

/** The SDK retries by itself: what it gave up on has been tried. With one attempt of its own it leaves that to us. */
function judgeSdk(error: Fields, { attempts }: Fields): Verdict {
  const retryable = error['$retryable'];
  if ((typeof attempts === 'number' && attempts > 1) || !isFields(retryable)) return NEVER;
  return retryable['throttling'] === true ? NEVER : IF_IDEMPOTENT;
}

function judgeCode(code: unknown): Verdict {
  if (UNSENT_CODES.has(code)) return SAFE;
  return LOST_CODES.has(code) ? IF_IDEMPOTENT : NEVER;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
