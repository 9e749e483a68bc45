/** A cache that is to be doubled: processes that read and write all the time, and an operator. */

import type { LockedCache, PaceLimits } from '../../../../core/cache/growth/index.ts';
import type { GrowthGoal } from '../../../../core/cache/protocol/index.ts';
import { UnderstudyError } from '../../../../core/errors.ts';
import { growCache, type Grown } from '../../../../ops/cache-grow.ts';
import { type GrowthFront, growthFront } from '../../../../ops/growth-front.ts';
import { Cache, Growth } from '../../../../runtime/cache/index.ts';
import { seeded, VirtualClock } from '../../simulated/virtual-clock.ts';
import { Servers } from './servers.ts';
import { Tables } from './tables.ts';

export const KEYS = 400;
const TTL = { ttlMs: 3_600_000 };
/** A pause between two reads of one process. */
const READ_MS = 4;

export interface GrowingOptions {
  readonly shards?: number;
  readonly clients?: number;
  readonly seed?: number;
  /** Writes a read. @default 0.02 */
  readonly writeRatio?: number;
  /** The number of shards that each process knows. @default - twice the number */
  readonly knows?: readonly number[];
}

export class GrowingStage {
  readonly clock = new VirtualClock();
  readonly servers: Servers;
  readonly tables: Tables;
  readonly caches: readonly Cache[];
  readonly front: GrowthFront;
  readonly said: string[] = [];
  lock: LockedCache;
  /** What is behind the cache, and what of it was acknowledged. */
  readonly rows = Array.from({ length: KEYS }, () => 0);
  readonly acknowledged = Array.from({ length: KEYS }, () => 0);
  readonly stale: string[] = [];
  reads = 0;
  hits = 0;
  /** The share of hits in each second. */
  readonly ratios: number[] = [];
  /** Requests to the front until it fails; the request was done all the same, or not. */
  failAt: { readonly after: number; readonly isDone: boolean } | null = null;
  asked = 0;
  #isRunning = true;
  readonly #writeRatio: number;
  readonly #random: () => number;

  constructor({ shards = 2, clients = 3, seed = 1, writeRatio = 0.02, knows }: GrowingOptions = {}) {
    const target = 2 * shards;
    this.#random = seeded(seed);
    this.#writeRatio = writeRatio;
    this.servers = new Servers(this.clock, target);
    this.tables = new Tables(this.clock, shards);
    this.lock = { shards, growingTo: target };
    const { clock, tables, servers } = this;
    this.caches = Array.from({ length: clients }, (_, at) => {
      const connector = servers.connectorOf('abcdef'[at]!);
      const ports = { connector, epochs: tables, journal: tables, clock, random: this.#random };
      return new Cache(ports, { shards: knows?.[at] ?? target });
    });
    const growth = new Growth({ ring: tables, connector: servers.connectorOf('front'), clock }, target, {
      keysMax: 7,
    });
    this.front = growthFront(async (request) => {
      this.asked += 1;
      const fault = this.failAt?.after === this.asked ? this.failAt : null;
      if (fault && !fault.isDone) throw new Crash();
      const answer = await growth.answer(request);
      if (fault) throw new Crash();
      return answer;
    });
  }

  /** Every process reads and writes, until `stop`. Half of the reads are of a tenth of the keys. */
  start(): void {
    for (const cache of this.caches) void this.#live(cache);
    void this.#measure();
  }

  /** A process more, which knows the endpoints of so many shards. */
  join(client: string, knows: number): Cache {
    const { clock, tables, servers } = this;
    const connector = servers.connectorOf(client);
    const ports = { connector, epochs: tables, journal: tables, clock, random: this.#random };
    const cache = new Cache(ports, { shards: knows });
    if (this.#isRunning) void this.#live(cache);
    return cache;
  }

  stop(): void {
    this.#isRunning = false;
  }

  /** What the operator's command comes to; `Crash` where it was planted. */
  async grow(
    goal: GrowthGoal = 'grow',
    options: { readonly signal?: AbortSignal; readonly parts?: number; readonly pace?: PaceLimits } = {},
  ): Promise<Grown | 'crashed'> {
    const { clock, front } = this;
    const ports = {
      fronts: new Map([['main', front] as const]),
      clock: { monotonic: () => clock.now(), sleep: (ms: number) => clock.sleep(ms) },
      lock: {
        read: () => this.lock,
        write: (lock: LockedCache) => {
          this.lock = lock;
        },
      },
      say: (line: string) => void this.said.push(line),
    };
    const { signal = new AbortController().signal, ...rest } = options;
    const ends: (Grown | Error)[] = [];
    growCache(ports, { environment: 'demo', goal, signal, waitMs: 10_000, ...rest }).then(
      (grown) => ends.push(grown),
      (error: unknown) => ends.push(error as Error),
    );
    for (let waited = 0; waited < 900_000 && ends.length === 0; waited += 50) await clock.advance(50);
    const [end] = ends;
    if (end instanceof Crash) return 'crashed';
    if (end === undefined) throw new Error('the command does not end');
    if (end instanceof Error) throw end;
    return end;
  }

  async #live(cache: Cache): Promise<void> {
    while (this.#isRunning) {
      const isHot = this.#random() < 0.5;
      const key = Math.floor(this.#random() * (isHot ? KEYS / 10 : KEYS));
      if (this.#random() < this.#writeRatio) void this.#write(cache, key);
      void this.#read(cache, key);
      await this.clock.sleep(READ_MS * 2 * this.#random());
    }
  }

  async #read(cache: Cache, key: number): Promise<void> {
    const floor = this.acknowledged[key]!;
    let isLoaded = false;
    const value = await cache.getOrLoad(
      `key ${key}`,
      async () => {
        isLoaded = true;
        await this.clock.sleep(this.#random() * 3);
        const row = this.rows[key]!;
        await this.clock.sleep(this.#random() < 0.02 ? this.#random() * 3000 : this.#random() * 3);
        return row;
      },
      TTL,
    );
    this.reads += 1;
    if (!isLoaded) this.hits += 1;
    if (value < floor) this.stale.push(`key ${key}: ${value} after ${floor} at ${this.clock.now()}`);
  }

  async #write(cache: Cache, key: number): Promise<void> {
    const version = this.rows[key]! + 1;
    this.rows[key] = version;
    await cache.delete(`key ${key}`);
    this.acknowledged[key] = Math.max(this.acknowledged[key]!, version);
  }

  async #measure(): Promise<void> {
    while (this.#isRunning) {
      const { reads, hits } = this;
      await this.clock.sleep(1000);
      if (this.reads > reads) this.ratios.push((this.hits - hits) / (this.reads - reads));
    }
  }
}

/** The operator's process dies. */
export class Crash extends UnderstudyError {
  constructor() {
    super('the process of the operator died', { code: 'crash', advice: 'give-up' });
  }
}
