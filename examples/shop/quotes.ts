/**
 * `GET /quotes/<product>`: a price that takes work to make. The product is read from the database, then one of a
 * few slots is held for a while, so that slots divided by the time of the work is the capacity, whatever the machine.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TokenVerifier } from './identity.ts';
import { Slots } from './slots.ts';
import type { Product, Store } from './store.ts';

export interface QuotesConfig {
  readonly slots: number;
  /** How long one quote holds its slot, in ms. */
  readonly workMs: number;
}

/** Lets a request through by calling `proceed`, or answers it. */
export type Guard = (
  request: IncomingMessage,
  response: ServerResponse,
  proceed: (error?: unknown) => void,
) => void;

export interface Quote {
  readonly productId: number;
  readonly name: string;
  readonly priceCents: number;
}

export interface QuotesOptions {
  readonly store: Store;
  readonly verifier: TokenVerifier;
  readonly config: QuotesConfig;
  /** What decides who is served. @default - everybody is */
  readonly guard?: Guard;
  /** What the guard says about itself. @default - nothing */
  readonly describeGuard?: () => unknown;
}

export class Quotes {
  readonly #store: Store;
  readonly #verifier: TokenVerifier;
  readonly #guard: Guard | undefined;
  readonly #describeGuard: (() => unknown) | undefined;
  readonly #workMs: number;
  readonly #slots: Slots;
  #arrived = 0;

  constructor({ store, verifier, config, guard, describeGuard }: QuotesOptions) {
    this.#store = store;
    this.#verifier = verifier;
    this.#guard = guard;
    this.#describeGuard = describeGuard;
    this.#workMs = config.workMs;
    this.#slots = new Slots(config.slots);
  }

  /** Resolves when the request may be served; one that may not is answered, and nothing happens. */
  admit(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#arrived += 1;
    const guard = this.#guard;
    if (!guard) return Promise.resolve();
    return new Promise((resolve, reject) => {
      guard(request, response, (error) => {
        if (error === undefined) resolve();
        else reject(error);
      });
    });
  }

  /** What is wrong with the request's token; null when nothing is. */
  async complaint(request: IncomingMessage): Promise<string | null> {
    return (await this.#verifier.identify(request)).complaint;
  }

  async quote(productId: number): Promise<Quote | null> {
    const product = await this.#store.product(productId);
    if (product === null) return null;
    await this.#slots.hold(this.#workMs);
    return toQuote(product);
  }

  describe(): object {
    const guard = this.#describeGuard === undefined ? {} : { throttle: this.#describeGuard() };
    return { quotes: { arrived: this.#arrived, ...this.#slots.describe() }, ...guard };
  }
}

function toQuote({ id, name, priceCents }: Product): Quote {
  return { productId: id, name, priceCents };
}
