/** ClientRequestToken of TransactWriteItems: the same token and request within ten minutes is one transaction. */

import { DynamoDbError } from './errors.ts';

export const TOKEN_KEPT_MS = 10 * 60_000;
const TOKENS_MAX = 10_000;

export class RequestTokens {
  readonly #seen = new Map<string, { readonly request: string; readonly at: number }>();

  /**
   * True when this very request has been done under the token. `request` is any text that identifies it.
   * Throws IdempotentParameterMismatchException where the token was used for another request.
   */
  isRepeat(token: string, request: string, now: number): boolean {
    const seen = this.#seen.get(token);
    if (seen === undefined || now - seen.at > TOKEN_KEPT_MS) return false;
    if (seen.request === request) return true;
    throw new DynamoDbError(
      'IdempotentParameterMismatchException',
      'The request uses the same client token as a previous, but non-identical request. Do not reuse a client token with different requests, unless the requests are identical',
    );
  }

  /** Call when the transaction is committed. */
  remember(token: string, request: string, now: number): void {
    this.#seen.delete(token);
    this.#seen.set(token, { request, at: now });
    for (const [old, { at }] of this.#seen) {
      if (this.#seen.size <= TOKENS_MAX && now - at <= TOKEN_KEPT_MS) break;
      this.#seen.delete(old);
    }
  }
}
