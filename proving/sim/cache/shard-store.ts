/** What one process of a cache server holds: entries that expire by the server's own clock, and as many as fit. */

import { START_MS, type Random, type SimClock } from '../kernel/index.ts';

export interface Item {
  readonly bytes: Uint8Array;
  /** On the clock of the server. */
  readonly until: number;
}

export type Data = ReadonlyMap<string, Item>;

export interface ShardStoreOptions {
  readonly clock: SimClock;
  readonly random: Random;
  /** Entries that there is room for; whoever writes one more makes the server drop any. */
  readonly room: number;
  readonly data: Data;
  readonly onEvicted: () => void;
}

/** A host's clock may be this much faster or slower. */
const RATE_OFF = 0.02;

export class ShardStore {
  readonly #options: ShardStoreOptions;
  readonly #items: Map<string, Item>;
  readonly #rate: number;
  #offMs = 0;

  constructor(options: ShardStoreOptions) {
    this.#options = options;
    this.#items = new Map(options.data);
    this.#rate = 1 + RATE_OFF * (2 * options.random.next() - 1);
  }

  /** As it would be written to disk now. */
  get data(): Data {
    return new Map(this.#items);
  }

  names(): readonly string[] {
    return [...this.#items.keys()].filter((name) => this.read(name) !== null);
  }

  read(name: string): Uint8Array | null {
    const item = this.#items.get(name);
    return item !== undefined && item.until > this.#now() ? item.bytes : null;
  }

  write(name: string, bytes: Uint8Array, ttlMs: number): void {
    this.#items.set(name, { bytes, until: this.#now() + ttlMs });
    while (this.#items.size > this.#options.room) this.#evict();
  }

  /** Other bytes, and the time to live as it was. */
  overwrite(name: string, bytes: Uint8Array): void {
    const item = this.#items.get(name);
    if (item !== undefined) this.#items.set(name, { ...item, bytes });
  }

  remove(name: string): void {
    this.#items.delete(name);
  }

  clear(): void {
    this.#items.clear();
  }

  /** The host's date is so far off: what expires by it does so sooner or later. */
  setOff(ms: number): void {
    this.#offMs = ms;
  }

  #evict(): void {
    const { random, onEvicted } = this.#options;
    const name = random.pick([...this.#items.keys()]);
    if (this.read(name) !== null) onEvicted();
    this.#items.delete(name);
  }

  #now(): number {
    return (this.#options.clock.now() - START_MS) * this.#rate + this.#offMs;
  }
}
