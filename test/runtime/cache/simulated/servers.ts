/** Cache servers in virtual time: processes that die, hang, restart on old data, and links that are cut. */

import { type CacheKey, keyName } from '../../../../core/cache/index.ts';
import type {
  CacheConnection,
  CacheConnector,
  ScanConnection,
  ScanConnector,
} from '../../../../runtime/cache/index.ts';
import type { VirtualClock } from '../../simulated/virtual-clock.ts';
import { SimulatedConnection } from './server-connection.ts';
import { type Data, ServerProcess } from './server-process.ts';

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
