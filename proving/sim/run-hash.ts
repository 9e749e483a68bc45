/** One number for everything that happened: two runs are the same when theirs are. FNV-1a, over numbers and texts. */
export class RunHash {
  #state = 0x811c9dc5;

  number(value: number): void {
    this.#byte(value | 0);
    this.#byte(Math.floor(value / 2 ** 32) | 0);
  }

  text(value: string): void {
    for (let at = 0; at < value.length; at += 1) this.#byte(value.charCodeAt(at));
  }

  toString(): string {
    return (this.#state >>> 0).toString(16).padStart(8, '0');
  }

  #byte(value: number): void {
    this.#state = Math.imul(this.#state ^ value, 0x01000193);
  }
}
