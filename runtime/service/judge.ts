/** What an answer means for the instance that gave it, and for another attempt. */

import type { Incoming } from './ports.ts';

/** An instance that is leaving says so on everything that it answers: it wants no further request. */
export const DRAINING_HEADER = 'x-draining';

/**
 * Reads and writes go different ways behind a service. When the way of the writes is shut, every instance is late with
 * them and none is at fault, while what an instance does with reads is its own.
 */
export type Work = 'read' | 'write';

/** What was asked of an instance, and since when. */
export interface Asked {
  readonly work: Work;
  readonly since: number;
}

const READS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

export function workOf(method: string): Work {
  return READS.has(method) ? 'read' : 'write';
}

/**
 * - `answer`: the service's own, whatever it says.
 * - `gateway`: 502, 503 or 504: nobody did the work, or nobody knows. Evidence against the instance.
 * - `busy`: 503 that says when to come again. Asking another instance at once would be more of the same.
 * - `refused`: 503 of an instance that is leaving: nothing was done, another one may be asked whatever the method.
 */
export type AnswerKind = 'answer' | 'gateway' | 'busy' | 'refused';

export function judgeAnswer(answer: Incoming): AnswerKind {
  const { status, headers } = answer;
  if (status === 503 && saysDraining(answer)) return 'refused';
  if (status === 503 && headers['retry-after'] !== undefined) return 'busy';
  return status === 502 || status === 503 || status === 504 ? 'gateway' : 'answer';
}

export function saysDraining({ headers }: Pick<Incoming, 'headers'>): boolean {
  return headers[DRAINING_HEADER] === '1';
}
