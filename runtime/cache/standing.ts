/**
 * How long the same stamp has stood for a load that is under way, as far as this process has seen. Who loads puts
 * another one there now and then; one that stands still was left by a process that died.
 */

/** Keys that are remembered; of more, those seen first are forgotten, and found out later. */
const KEYS_MAX = 1000;

export class Standing {
  readonly #stuckMs: number;
  readonly #seen = new Map<string, { readonly stamp: string; readonly since: number }>();

  constructor(stuckMs: number) {
    this.#stuckMs = stuckMs;
  }

  /** True when it has stood for too long. @param now monotonic ms */
  isStuck(name: string, stamp: string, now: number): boolean {
    const seen = this.#seen.get(name);
    if (seen?.stamp === stamp) return now - seen.since >= this.#stuckMs;
    this.#seen.delete(name);
    if (this.#seen.size >= KEYS_MAX) this.#seen.delete(this.#seen.keys().next().value!);
    this.#seen.set(name, { stamp, since: now });
    return false;
  }

  get size(): number {
    return this.#seen.size;
  }
}
