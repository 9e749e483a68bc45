/** What belongs to the request that is under way, wherever it is needed: its trace, its time, and what it met. */

import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingHttpHeaders } from 'node:http';
import { deadlineOf } from '../../runtime/index.ts';
import { rootOf, TRACE_HEADER } from './trace.ts';

export class RequestContext {
  /** The root id of its trace; null where it has none. */
  readonly trace: string | null;
  readonly #seams: Record<string, unknown> = {};
  readonly #deadlineAt: number;

  /** @param headers as they came */
  constructor(headers: IncomingHttpHeaders) {
    const given = headers as Readonly<Record<string, string>>;
    this.trace = rootOf(given[TRACE_HEADER]);
    this.#deadlineAt = performance.now() + (deadlineOf(given) ?? Infinity);
  }

  get seams(): Readonly<Record<string, unknown>> {
    return this.#seams;
  }

  /** What the request met at a seam; what it meets there again is added. */
  met(seam: string, what: Readonly<Record<string, unknown>>): void {
    this.#seams[seam] = { ...(this.#seams[seam] as object | undefined), ...what };
  }

  /** What is left of the caller's time, and no more than that. 0 where it is over. */
  leftMs(msMax: number): number {
    return Math.max(0, Math.min(msMax, this.#deadlineAt - performance.now()));
  }
}

const storage = new AsyncLocalStorage<RequestContext>();

export function inRequest<T>(context: RequestContext, work: () => Promise<T>): Promise<T> {
  return storage.run(context, work);
}

/**
 * The request that the caller works for; undefined outside of one. Ask for it before the work is handed to a pool: a
 * pool may go on in the turn of another request.
 */
export function currentRequest(): RequestContext | undefined {
  return storage.getStore();
}
