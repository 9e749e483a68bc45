/** A connection to a cache server in virtual time. */

import { type CacheKey, keyName, keyOfName } from '../../../../core/cache/index.ts';
import type { CacheConnection, ScanConnection } from '../../../../runtime/cache/index.ts';
import type { VirtualClock } from '../../simulated/virtual-clock.ts';
import type { ServerProcess } from './server-process.ts';

const HOP_MS = 0.5;

export interface Wire {
  isCut(): boolean;
  closed(): void;
}

export class SimulatedConnection implements CacheConnection, ScanConnection {
  readonly incarnation: string;
  readonly #clock: VirtualClock;
  readonly #process: ServerProcess;
  readonly #wire: Wire;
  readonly #outstanding = new Set<(error: Error) => void>();
  #isOpen = true;
  #lost: (() => void) | null = null;

  constructor(clock: VirtualClock, process: ServerProcess, wire: Wire) {
    this.incarnation = process.incarnation;
    this.#clock = clock;
    this.#process = process;
    this.#wire = wire;
    process.onDeath(() => {
      if (!this.#isOpen) return;
      this.destroy();
      this.#lost?.();
    });
  }

  get(key: CacheKey): Promise<Uint8Array | null> {
    return this.#send(() => this.#process.read(keyName(key)));
  }

  getMany(keys: readonly CacheKey[]): Promise<readonly (Uint8Array | null)[]> {
    return this.#send(() => keys.map((key) => this.#process.read(keyName(key))));
  }

  ask(key: CacheKey, mark: Uint8Array, ttlMs: number): Promise<Uint8Array | null> {
    return this.#send(() => {
      const there = this.#process.read(keyName(key));
      if (!there) this.#process.write(keyName(key), mark, ttlMs);
      return there;
    });
  }

  put(key: CacheKey, mark: Uint8Array, ttlMs: number): Promise<void> {
    return this.#send(() => this.#process.write(keyName(key), mark, ttlMs));
  }

  exchange(key: CacheKey, mark: Uint8Array, entry: Uint8Array, ttlMs: number): Promise<boolean> {
    return this.#send(() => {
      const name = keyName(key);
      if (!beginsWith(this.#process.read(name), mark)) return false;
      this.#process.write(name, entry, ttlMs);
      return true;
    });
  }

  restamp(key: CacheKey, mark: Uint8Array, next: Uint8Array): Promise<boolean> {
    return this.#send(() => {
      const name = keyName(key);
      const there = this.#process.read(name);
      if (!there || !beginsWith(there, mark)) return false;
      const bytes = Uint8Array.from(there);
      bytes.set(next);
      this.#process.data.set(name, { bytes, until: this.#process.data.get(name)!.until });
      return true;
    });
  }

  delete(keys: readonly CacheKey[]): Promise<void> {
    return this.#send(() => {
      for (const key of keys) this.#process.data.delete(keyName(key));
    });
  }

  /** The cursor is how many keys of those that are there now have been listed. */
  scan(
    cursor: string,
    count: number,
  ): Promise<{ readonly cursor: string; readonly keys: readonly Uint8Array[] }> {
    return this.#send(() => {
      const names = [...this.#process.data.keys()].toSorted();
      const from = this.#process.scanFrom(cursor);
      const rest = names.filter((name) => name > from);
      const some = rest.slice(0, count);
      const next = rest.length > count ? this.#process.scanned(some.at(-1)!) : '0';
      return { cursor: next, keys: some.map(keyOfName) };
    });
  }

  flush(): Promise<void> {
    return this.#send(() => this.#process.data.clear());
  }

  destroy(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#wire.closed();
    for (const reject of this.#outstanding) reject(new Error('the connection was lost'));
    this.#outstanding.clear();
  }

  onLost(listener: () => void): void {
    this.#lost = listener;
  }

  #send<T>(command: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      if (!this.#isOpen) {
        reject(new Error('the connection is closed'));
        return;
      }
      this.#outstanding.add(reject);
      this.#clock.after(HOP_MS, () => {
        if (this.#wire.isCut()) return;
        this.#process.execute(() => {
          const answer = command();
          this.#clock.after(HOP_MS, () => {
            if (!this.#isOpen || this.#wire.isCut()) return;
            this.#outstanding.delete(reject);
            resolve(answer);
          });
        });
      });
    });
  }
}

function beginsWith(bytes: Uint8Array | null, mark: Uint8Array): boolean {
  return bytes !== null && mark.every((byte, at) => bytes[at] === byte);
}
