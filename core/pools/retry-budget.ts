/**
 * The retry budget of one client (I-23): second and third attempts are at most a tenth of the requests, so that
 * retries cannot multiply the load on a service in trouble. One layer retries: the one that asks here.
 * Source of the figures: Google SRE, Handling Overload (10 % a client, 3 attempts a request).
 */

export interface RetryLimits {
  /** Extra attempts each request earns. @default 0.1 */
  readonly extraShare: number;
  /** Earned extra attempts that may be saved up, so that a burst stays small. @default 50 */
  readonly savedMax: number;
  /** Attempts one request may make, the first included. @default 3 */
  readonly attemptsMax: number;
  /** In each window as well extra attempts are at most `extraShare` of its requests, or one. @default 10,000 */
  readonly windowMs: number;
}

export const RETRY_DEFAULTS: RetryLimits = {
  extraShare: 0.1,
  savedMax: 50,
  attemptsMax: 3,
  windowMs: 10_000,
};

export interface RetryCounts {
  readonly requests: number;
  readonly extra: number;
  /** Extra attempts that were asked for and not given. */
  readonly refused: number;
}

/**
 * Two bounds at once. A bucket that each request fills by `extraShare` holds over a client's life; it starts with one
 * attempt, so that the first requests of a quiet process are not left without any: extra attempts are at most
 * 1 + extraShare x requests, always. A window holds at every attempt: what was saved up in good times is not spent all
 * at once on a service that gets few requests now.
 */
export class RetryBudget {
  readonly #limits: RetryLimits;
  readonly #window: Window;
  #saved = 1;
  #requests = 0;
  #extra = 0;
  #refused = 0;

  constructor(limits: RetryLimits) {
    this.#limits = limits;
    this.#window = new Window(limits.windowMs);
  }

  /**
   * A request begins.
   * @param now monotonic ms, here and below @default 0: whoever has no clock has one window for its whole life
   */
  request(now = 0): void {
    this.#requests += 1;
    this.#saved = Math.min(this.#limits.savedMax, this.#saved + this.#limits.extraShare);
    this.#window.at(now).requests += 1;
  }

  /** Takes one extra attempt for a request that made `attempts` so far; false where none is left. */
  take(attempts: number, now = 0): boolean {
    const { attemptsMax, extraShare } = this.#limits;
    const inWindow = this.#window.sum(now);
    const mayWindow = inWindow.extra + 1 <= Math.max(1, extraShare * inWindow.requests);
    if (attempts >= attemptsMax || this.#saved < 1 || !mayWindow) {
      this.#refused += 1;
      return false;
    }
    this.#saved -= 1;
    this.#extra += 1;
    this.#window.at(now).extra += 1;
    return true;
  }

  counts(): RetryCounts {
    return { requests: this.#requests, extra: this.#extra, refused: this.#refused };
  }
}

interface Slot {
  index: number;
  requests: number;
  extra: number;
}

/** Parts of a window: it is exact to one of them. */
const SLOTS = 10;

/** What was counted in the last while, slot by slot: bounded memory, whatever the load. */
class Window {
  readonly #slotMs: number;
  readonly #slots: Slot[] = Array.from({ length: SLOTS }, () => ({ index: -1, requests: 0, extra: 0 }));

  constructor(windowMs: number) {
    this.#slotMs = windowMs / SLOTS;
  }

  at(now: number): Slot {
    const index = Math.floor(now / this.#slotMs);
    const slot = this.#slots[index % SLOTS]!;
    if (slot.index !== index) Object.assign(slot, { index, requests: 0, extra: 0 });
    return slot;
  }

  sum(now: number): { readonly requests: number; readonly extra: number } {
    const newest = Math.floor(now / this.#slotMs);
    let requests = 0;
    let extra = 0;
    for (const slot of this.#slots) {
      if (slot.index <= newest - SLOTS) continue;
      requests += slot.requests;
      extra += slot.extra;
    }
    return { requests, extra };
  }
}
