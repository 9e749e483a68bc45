/** Cache servers in virtual time: processes that die, hang, restart on old data, and links that are cut. */

import { type CacheKey, keyName, keyOfName } from '../../../../core/cache/index.ts';
import type {
  CacheConnection,
  CacheConnector,
  ScanConnection,
  ScanConnector,
} from '../../../../runtime/cache/index.ts';
import type { VirtualClock } from '../../simulated/virtual-clock.ts';

interface Item {
  readonly bytes: Uint8Array;
  readonly until: number;
}

type Data = Map<string, Item>;

const HOP_MS = 0.5;

interface SimulatedConnector extends CacheConnector, ScanConnector {
  connect(shard: number, options: { readonly timeoutMs: number }): Promise<CacheConnection & ScanConnection>;
}

export class Servers {
  readonly #clock: VirtualClock;
  readonly #processes: ServerProcess[];
  readonly #cut = new Set<string>();
  #made = 0;
  opened = 0;

  constructor(clock: VirtualClock, shards: number) {
    this.#clock = clock;
    this.#processes = Array.from({ length: shards }, () => this.#process(new Map()));
  }

  /** The connector of one client. */
  connectorOf(client: string): SimulatedConnector {
    return {
      connect: (shard, { timeoutMs }) =>
        new Promise((resolve, reject) => {
          const process = this.#processes[shard]!;
          const cancel = this.#clock.after(timeoutMs, () => reject(new Error('no connection in time')));
          this.#clock.after(2 * HOP_MS, () => {
            if (this.#isCut(client, shard)) return;
            if (!process.isAlive) {
              cancel();
              reject(new Error('refused'));
              return;
            }
            process.execute(() => {
              cancel();
              resolve(this.#connection(client, shard, process));
            });
          });
        }),
    };
  }

  at(shard: number): ServerProcess {
    return this.#processes[shard]!;
  }

  /** What the shard holds, as a plain client would read it. */
  entry(shard: number, key: CacheKey): Uint8Array | null {
    return this.at(shard).read(keyName(key));
  }

  kill(shard: number): void {
    this.at(shard).die();
  }

  /** A new process, with this data or none. */
  restart(shard: number, data: Data = new Map()): void {
    this.at(shard).die();
    this.#processes[shard] = this.#process(new Map(data));
  }

  /** A new process has the name from now on; the old one lives on for those who are connected. */
  takeOver(shard: number, data: Data): ServerProcess {
    const before = this.at(shard);
    this.#processes[shard] = this.#process(new Map(data));
    return before;
  }

  cut(client: string, shard: number): void {
    this.#cut.add(`${client} ${shard}`);
  }

  heal(client: string, shard: number): void {
    this.#cut.delete(`${client} ${shard}`);
  }

  #isCut(client: string, shard: number): boolean {
    return this.#cut.has(`${client} ${shard}`);
  }

  #process(data: Data): ServerProcess {
    this.#made += 1;
    return new ServerProcess(this.#clock, `run-${this.#made}`, data);
  }

  #connection(client: string, shard: number, process: ServerProcess): CacheConnection & ScanConnection {
    this.opened += 1;
    return new SimulatedConnection(this.#clock, process, {
      isCut: () => this.#isCut(client, shard),
      closed: () => {
        this.opened -= 1;
      },
    });
  }
}

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

interface Wire {
  isCut(): boolean;
  closed(): void;
}

class SimulatedConnection implements CacheConnection, ScanConnection {
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
