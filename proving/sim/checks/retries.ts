/**
 * I-23: a client with a budget makes at most a tenth more attempts than requests, in every window, and at most three
 * of one request.
 */

import type { Checker, ClientRequest, SimView } from '../model.ts';
import { checker, newcomers } from './checker.ts';
import { namesOf, newSeconds } from './service.ts';

const EXTRA_SHARE = 0.1;
const ATTEMPTS_MAX = 3;
/** Requests count when they end: a window has room for some that were under way at its begin. */
const WINDOW_MS = 30_000;
/** One extra attempt is always there, in each of the windows of 10 s that a client looks at, and one at its start. */
const EXTRA_MIN = 4;

interface Ended {
  readonly at: number;
  readonly requests: number;
  readonly attempts: number;
}

export function retriesWithinBudget(): Checker {
  const addedRequests = newcomers<ClientRequest>();
  const addedSeconds = newSeconds();
  const windows = new Map<string, Window>();
  const add = (client: string, ended: Ended, attemptsMax: number): string | null => {
    if (attemptsMax > ATTEMPTS_MAX) return `${client} made ${attemptsMax} attempts of one request`;
    const window = windows.get(client) ?? new Window();
    windows.set(client, window);
    return window.add(ended) ? null : `${client} made ${window.told}`;
  };
  return checker('I-23', (view, count) => {
    for (const { client, kind, endedAt, attempts } of addedRequests(view.requests)) {
      count();
      const said = add(`${client} (${kind}s)`, { at: endedAt, requests: 1, attempts }, attempts);
      if (said !== null) return said;
    }
    for (const { at, callers } of addedSeconds(view)) {
      for (const name of budgeted(view)) {
        const second = callers.get(name);
        if (second === undefined) continue;
        count(second.requests);
        const said = add(name, { at, ...second }, second.attemptsMax);
        if (said !== null) return said;
      }
    }
    return null;
  });
}

class Window {
  readonly #ended: Ended[] = [];
  #requests = 0;
  #attempts = 0;

  /** @returns whether the budget was kept */
  add(ended: Ended): boolean {
    this.#ended.push(ended);
    this.#count(ended, 1);
    while (this.#ended[0]!.at <= ended.at - WINDOW_MS) this.#count(this.#ended.shift()!, -1);
    return this.#attempts <= this.#requests * (1 + EXTRA_SHARE) + EXTRA_MIN;
  }

  get told(): string {
    return `${this.#attempts} attempts of ${this.#requests} requests within ${WINDOW_MS} ms`;
  }

  #count({ requests, attempts }: Ended, sign: 1 | -1): void {
    this.#requests += sign * requests;
    this.#attempts += sign * attempts;
  }
}

/** The callers that keep a budget even in a storm. */
function budgeted({ service }: SimView): ReadonlySet<string> {
  return service === null ? new Set() : namesOf(service, 'steady');
}
