/**
 * The retry budget of one client (I-23): second and third attempts are at most a tenth of the requests, so that
 * retries cannot multiply the load on a service in trouble. One layer retries: this one.
 * Source of the figures: Google SRE, Handling Overload (10 % a client, 3 attempts a request).
 */

export interface RetryLimits {
  /** Extra attempts each request earns. @default 0.1 */
  readonly extraShare: number;
  /** Earned extra attempts that may be saved up, so that a burst stays small. @default 50 */
  readonly savedMax: number;
  /** Attempts one request may make, the first included. @default 3 */
  readonly attemptsMax: number;
}

export const RETRY_DEFAULTS: RetryLimits = { extraShare: 0.1, savedMax: 50, attemptsMax: 3 };

/**
 * A bucket that each request fills by `extraShare`. It starts with one attempt, so that the first requests of a
 * quiet process are not left without any: extra attempts <= 1 + extraShare x requests, always.
 */
export class RetryBudget {
  readonly #limits: RetryLimits;
  #saved = 1;
  #requests = 0;
  #extra = 0;
  #refused = 0;

  constructor(limits: RetryLimits) {
    this.#limits = limits;
  }

  /** A request begins. */
  request(): void {
    this.#requests += 1;
    this.#saved = Math.min(this.#limits.savedMax, this.#saved + this.#limits.extraShare);
  }

  /** Takes one extra attempt for a request that made `attempts` so far; false where none is left. */
  take(attempts: number): boolean {
    if (attempts >= this.#limits.attemptsMax || this.#saved < 1) {
      this.#refused += 1;
      return false;
    }
    this.#saved -= 1;
    this.#extra += 1;
    return true;
  }

  /** Gives back an attempt that was taken but never made. */
  putBack(): void {
    this.#extra -= 1;
    this.#saved = Math.min(this.#limits.savedMax, this.#saved + 1);
  }

  counts(): { readonly requests: number; readonly extra: number; readonly refused: number } {
    return { requests: this.#requests, extra: this.#extra, refused: this.#refused };
  }
}
