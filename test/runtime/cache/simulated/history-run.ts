/** Clients read and write while shards, links and the database fail; every read is checked when it ends. */

import type { CacheOperations } from '../../../../runtime/cache/index.ts';
import type { Session } from '../../../../runtime/session.ts';
import type { VirtualClock } from '../../simulated/virtual-clock.ts';
import type { Servers } from './servers.ts';
import type { Tables } from './tables.ts';

export interface HistoryStage {
  readonly clock: VirtualClock;
  readonly random: () => number;
  readonly caches: readonly CacheOperations[];
  /** The shards that may fail, with their tables; all tables are of one database. */
  readonly halves: readonly { readonly servers: Servers; readonly tables: Tables; readonly shards: number }[];
  /** Share of the writes whose process dies before it delivers what it has recorded. @default 0 */
  readonly deathRatio?: number;
}

const KEYS = ['a', 'b', 'c', 'd', 'e', 'f'];
const RUN_MS = 60_000;
const FAULTS = ['hang', 'cut', 'restart-old', 'restart-empty', 'kill', 'takeover', 'database'] as const;
type FaultName = (typeof FAULTS)[number];

interface Tally {
  reads: number;
  hits: number;
  writes: number;
  unacknowledged: number;
  readonly faults: Record<FaultName, number>;
  readonly stale: string[];
}

export class HistoryRun {
  readonly tally: Tally = {
    reads: 0,
    hits: 0,
    writes: 0,
    unacknowledged: 0,
    faults: { hang: 0, cut: 0, 'restart-old': 0, 'restart-empty': 0, kill: 0, takeover: 0, database: 0 },
    stale: [],
  };
  readonly #stage: HistoryStage;
  readonly #rows = new Map(KEYS.map((key) => [key, 0]));
  readonly #acknowledged = new Map(KEYS.map((key) => [key, 0]));

  constructor(stage: HistoryStage) {
    this.#stage = stage;
  }

  async go(): Promise<void> {
    const { clock, random, caches } = this.#stage;
    const end = clock.now() + RUN_MS;
    while (clock.now() < end) {
      const cache = caches[Math.floor(random() * caches.length)]!;
      const key = KEYS[Math.floor(random() * KEYS.length)]!;
      if (random() < 0.2) void this.#write(cache, key);
      else void this.#read(cache, key);
      if (random() < 0.004) this.#break(FAULTS[Math.floor(random() * FAULTS.length)]!);
      await clock.advance(Math.floor(random() * 20));
    }
    await clock.advance(20_000);
  }

  async #read(cache: CacheOperations, key: string): Promise<void> {
    const { clock, random } = this.#stage;
    const floor = this.#acknowledged.get(key)!;
    let isLoaded = false;
    const load = async (): Promise<number> => {
      isLoaded = true;
      await clock.sleep(random() * 5);
      const row = this.#rows.get(key)!;
      await clock.sleep(random() < 0.05 ? random() * 5000 : random() * 5);
      return row;
    };
    const options = { ttlMs: 600_000, staleMs: 0 };
    const value = await cache.getOrLoad(key, load, options);
    this.tally.reads += 1;
    if (!isLoaded) this.tally.hits += 1;
    if (value < floor) this.tally.stale.push(`${key}: ${value} after ${floor}, ${clock.now()} ms`);
  }

  async #write(cache: CacheOperations, key: string): Promise<void> {
    const version = this.#rows.get(key)! + 1;
    this.#rows.set(key, version);
    this.tally.writes += 1;
    const { random, deathRatio = 0 } = this.#stage;
    try {
      if (random() < deathRatio) await this.#recordAndDie(cache, key);
      else await cache.delete(key);
      this.#acknowledged.set(key, Math.max(this.#acknowledged.get(key)!, version));
    } catch {
      this.tally.unacknowledged += 1;
    }
  }

  /** What nobody delivers is swept by others: from then on it counts as acknowledged. */
  async #recordAndDie(cache: CacheOperations, key: string): Promise<void> {
    const { clock, halves } = this.#stage;
    const pending = await cache.record({} as Session, key);
    const ids = [pending, pending.inner].map(
      (of) => new Set(of?.shards.flatMap(({ recorded }) => recorded.ids)),
    );
    const isSwept = (): boolean =>
      halves.every(({ tables }, at) => tables.ledger.journal.every(({ id }) => !ids[at]!.has(id)));
    for (let waited = 0; waited < RUN_MS && !isSwept(); waited += 100) await clock.sleep(100);
  }

  /** Breaks one thing, and mends it after a while. */
  #break(fault: FaultName): void {
    const { clock, random, halves, caches } = this.#stage;
    const { servers, shards } = halves[Math.floor(random() * halves.length)]!;
    const shard = Math.floor(random() * shards);
    const client = 'abc'[Math.floor(random() * caches.length)]!;
    const forMs = 50 + random() * 8000;
    this.tally.faults[fault] += 1;
    if (fault === 'hang') {
      const hung = servers.at(shard);
      hung.hang();
      clock.after(forMs, () => hung.goOn());
    } else if (fault === 'cut') {
      servers.cut(client, shard);
      clock.after(forMs, () => servers.heal(client, shard));
    } else if (fault === 'database') {
      for (const { tables } of halves) tables.isAway = true;
      clock.after(forMs / 2, () => {
        for (const { tables } of halves) tables.isAway = false;
      });
    } else if (fault === 'takeover') {
      const old = servers.at(shard);
      servers.takeOver(shard, old.data);
      clock.after(forMs, () => old.die());
    } else {
      const old = new Map(fault === 'restart-empty' ? [] : servers.at(shard).data);
      servers.at(shard).goOn();
      const wait = fault === 'kill' ? forMs : random() * 3000;
      if (fault === 'kill') servers.kill(shard);
      clock.after(wait, () => servers.restart(shard, old));
    }
  }
}
