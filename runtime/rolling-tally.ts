/** How requests ended in the last while, counted by the second: bounded memory, whatever the load. */

interface Second {
  readonly index: number;
  ok: number;
  errors: number;
}

export class RollingTally {
  readonly #windowMs: number;
  readonly #seconds: Second[] = [];

  /** @param windowMs a multiple of a second */
  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** @param nowMs monotonic */
  add(ok: boolean, nowMs: number): void {
    const second = this.#at(Math.floor(nowMs / 1000));
    if (ok) second.ok += 1;
    else second.errors += 1;
  }

  /** What ended within the window before now, to the second. */
  sum(nowMs: number): { readonly ok: number; readonly errors: number; readonly windowMs: number } {
    this.#forget(Math.floor(nowMs / 1000));
    let ok = 0;
    let errors = 0;
    for (const second of this.#seconds) {
      ok += second.ok;
      errors += second.errors;
    }
    return { ok, errors, windowMs: this.#windowMs };
  }

  #at(index: number): Second {
    const last = this.#seconds.at(-1);
    if (last?.index === index) return last;
    this.#forget(index);
    const second = { index, ok: 0, errors: 0 };
    this.#seconds.push(second);
    return second;
  }

  #forget(index: number): void {
    const oldest = index - this.#windowMs / 1000;
    while (this.#seconds.length > 0 && this.#seconds[0]!.index < oldest) this.#seconds.shift();
  }
}
