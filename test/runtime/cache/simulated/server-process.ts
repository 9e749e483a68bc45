/** One life of a cache server in virtual time: it answers, hangs and dies. */

import type { VirtualClock } from '../../simulated/virtual-clock.ts';

export interface Item {
  readonly bytes: Uint8Array;
  readonly until: number;
}

export type Data = Map<string, Item>;

export class ServerProcess {
  readonly incarnation: string;
  readonly data: Data;
  readonly #clock: VirtualClock;
  readonly #waiting: (() => void)[] = [];
  readonly #scanned: string[] = [];
  readonly #listeners = new Set<() => void>();
  isAlive = true;
  #isHung = false;
  commands = 0;

  constructor(clock: VirtualClock, incarnation: string, data: Data) {
    this.#clock = clock;
    this.incarnation = incarnation;
    this.data = data;
  }

  /** Commands that arrive while it hangs are executed when it goes on, whoever still waits for them. */
  execute(command: () => void): void {
    if (!this.isAlive) return;
    if (this.#isHung) {
      this.#waiting.push(command);
      return;
    }
    this.commands += 1;
    command();
  }

  hang(): void {
    this.#isHung = true;
  }

  goOn(): void {
    this.#isHung = false;
    for (const command of this.#waiting.splice(0)) this.execute(command);
  }

  die(): void {
    this.isAlive = false;
    for (const lost of this.#listeners) lost();
  }

  onDeath(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** As a number, which is what SCAN answers; after this key. */
  scanned(name: string): string {
    this.#scanned.push(name);
    return String(this.#scanned.length);
  }

  scanFrom(cursor: string): string {
    return cursor === '0' ? '' : this.#scanned[Number(cursor) - 1]!;
  }

  read(name: string): Uint8Array | null {
    const item = this.data.get(name);
    return item && item.until > this.#clock.now() ? item.bytes : null;
  }

  write(name: string, bytes: Uint8Array, ttlMs: number): void {
    this.data.set(name, { bytes, until: this.#clock.now() + ttlMs });
  }
}
