import { describe, expect, it } from 'vitest';
import type { Cache } from '../../../runtime/cache/index.ts';
import { type CacheStage, cacheStage } from './simulated/stage.ts';

const SHARDS = 2;
const CLIENTS = 3;
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

/** One run: clients read and write while shards and links fail; every read is checked when it ends. */
class Run {
  readonly tally: Tally = {
    reads: 0,
    hits: 0,
    writes: 0,
    unacknowledged: 0,
    faults: { hang: 0, cut: 0, 'restart-old': 0, 'restart-empty': 0, kill: 0, takeover: 0, database: 0 },
    stale: [],
  };
  readonly #stage: CacheStage;
  readonly #rows = new Map(KEYS.map((key) => [key, 0]));
  readonly #acknowledged = new Map(KEYS.map((key) => [key, 0]));

  constructor(stage: CacheStage) {
    this.#stage = stage;
  }

  async go(): Promise<void> {
    const { clock, random } = this.#stage;
    const end = clock.now() + RUN_MS;
    while (clock.now() < end) {
      const cache = this.#stage.caches[Math.floor(random() * CLIENTS)]!;
      const key = KEYS[Math.floor(random() * KEYS.length)]!;
      if (random() < 0.2) void this.#write(cache, key);
      else void this.#read(cache, key);
      if (random() < 0.004) this.#break(FAULTS[Math.floor(random() * FAULTS.length)]!);
      await clock.advance(Math.floor(random() * 20));
    }
    await clock.advance(20_000);
  }

  async #read(cache: Cache, key: string): Promise<void> {
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

  async #write(cache: Cache, key: string): Promise<void> {
    const version = this.#rows.get(key)! + 1;
    this.#rows.set(key, version);
    this.tally.writes += 1;
    try {
      await cache.delete(key);
      this.#acknowledged.set(key, Math.max(this.#acknowledged.get(key)!, version));
    } catch {
      this.tally.unacknowledged += 1;
    }
  }

  /** Breaks one thing, and mends it after a while. */
  #break(fault: FaultName): void {
    const { clock, random, servers, tables } = this.#stage;
    const shard = Math.floor(random() * SHARDS);
    const client = 'abc'[Math.floor(random() * CLIENTS)]!;
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
      tables.isAway = true;
      clock.after(forMs / 2, () => {
        tables.isAway = false;
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

describe('any history of faults', () => {
  it.each([1, 2, 3, 4, 5, 6])(
    'I-22: brings nothing old back, and the shards into service: seed %i',
    async (seed) => {
      const stage = await cacheStage({ shards: SHARDS, clients: CLIENTS, seed });
      const run = new Run(stage);
      await run.go();
      const { tally } = run;
      console.log(`seed ${seed}: ${JSON.stringify({ ...tally, stale: tally.stale.length })}`);
      expect(tally.stale).toEqual([]);
      expect(tally.hits).toBeGreaterThan(tally.reads / 10);
      expect(tally.unacknowledged).toBeLessThan(tally.writes / 4);
      await stage.clock.advance(120_000);
      for (const cache of stage.caches) {
        expect(cache.describe().shards.map(({ state, breaker }) => `${state} ${breaker}`)).toEqual(
          Array.from({ length: SHARDS }, () => 'serving closed'),
        );
      }
      expect(stage.tables.ledger.journal).toEqual([]);
    },
  );
});
