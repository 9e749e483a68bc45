/** What the callers met, second by second. A second is handed out when all of its requests have ended. */

import type { RefusalReason } from '../../../core/shedding/index.ts';

/** What became of a request in the end, as its user sees it. */
export type RequestEnd = 'answered' | 'late' | 'failed' | RefusalReason;

/** The requests of one caller that began in one second. */
export interface CallerSecond {
  requests: number;
  /** Sent to an instance, the first and every further one. */
  attempts: number;
  /** The most that one request made. */
  attemptsMax: number;
  /** In time. */
  answered: number;
  refused: number;
  /** No answer in time, or a connection that broke. */
  failed: number;
  /** Of those that were answered, from the first attempt on, in ms. */
  readonly latenciesMs: number[];
}

export interface Second {
  /** Its begin, epoch ms. */
  readonly at: number;
  readonly callers: ReadonlyMap<string, CallerSecond>;
}

export interface EndedRequest {
  readonly caller: string;
  readonly startedAt: number;
  readonly attempts: number;
  readonly end: RequestEnd;
  readonly latencyMs: number;
}

const SECOND_MS = 1000;

export class Tally {
  readonly #lagMs: number;
  readonly #open = new Map<number, Map<string, CallerSecond>>();
  /** Only grows. */
  readonly seconds: Second[] = [];
  #next: number;

  /** @param lagMs no request takes longer */
  constructor(now: number, lagMs: number) {
    this.#next = secondOf(now);
    this.#lagMs = lagMs;
  }

  ended({ caller, startedAt, attempts, end, latencyMs }: EndedRequest): void {
    const second = this.#of(startedAt, caller);
    second.requests += 1;
    second.attempts += attempts;
    second.attemptsMax = Math.max(second.attemptsMax, attempts);
    if (end === 'answered') {
      second.answered += 1;
      second.latenciesMs.push(latencyMs);
    } else if (end === 'failed' || end === 'late') second.failed += 1;
    else second.refused += 1;
  }

  /** Hands out every second that can change no more. */
  close(now: number): void {
    while (this.#next + SECOND_MS + this.#lagMs <= now) {
      this.seconds.push({ at: this.#next, callers: this.#open.get(this.#next) ?? new Map() });
      this.#open.delete(this.#next);
      this.#next += SECOND_MS;
    }
  }

  #of(at: number, caller: string): CallerSecond {
    const begin = secondOf(at);
    const callers = this.#open.get(begin) ?? new Map<string, CallerSecond>();
    this.#open.set(begin, callers);
    const known = callers.get(caller) ?? emptySecond();
    callers.set(caller, known);
    return known;
  }
}

export function emptySecond(): CallerSecond {
  return { requests: 0, attempts: 0, attemptsMax: 0, answered: 0, refused: 0, failed: 0, latenciesMs: [] };
}

function secondOf(at: number): number {
  return Math.floor(at / SECOND_MS) * SECOND_MS;
}
