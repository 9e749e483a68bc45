import { describe, expect, it } from 'vitest';
import { keyName, shardOf } from '../../../core/cache/index.ts';
import type { Criticality } from '../../../core/shedding/index.ts';
import type { Cache, LoadOptions, ReadBudgetLimits, ServedFrom } from '../../../runtime/cache/index.ts';
import { type CacheStage, cacheStage, outcome } from './simulated/stage.ts';

const SHARDS = 4;
const TTL = { ttlMs: 600_000 };
/** Reads that are looked at apart from the others of their shard. */
const OF_INTEREST = -1;

/** Keys of each shard. */
const KEYS = Array.from({ length: SHARDS }, (): string[] => []);
for (let n = 0; KEYS.some((keys) => keys.length < 400); n += 1) {
  const key = `p${n}`;
  const keys = KEYS[shardOf(`:${key}`, SHARDS)]!;
  if (keys.length < 400) keys.push(key);
}
/** More keys of the first shard, which nobody has read. */
const NEW_KEYS = Array.from({ length: 2000 }, (_, n) => `new${n}`).filter(
  (key) => shardOf(`:${key}`, SHARDS) === 0,
);

interface Tally {
  /** When each load began. */
  readonly loads: { readonly at: number; readonly shard: number }[];
  readonly failed: { readonly at: number; readonly shard: number; readonly code: string }[];
  readonly served: { readonly shard: number; readonly from: ServedFrom; readonly ms: number }[];
  atOnce: number;
  atOnceMax: number;
  readonly inFlight: Map<string, number>;
  perKeyMax: number;
}

class Crowd {
  readonly tally: Tally = {
    loads: [],
    failed: [],
    served: [],
    atOnce: 0,
    atOnceMax: 0,
    inFlight: new Map(),
    perKeyMax: 0,
  };
  readonly #stage: CacheStage;
  /** What a load takes. */
  loadMs = 10;

  constructor(stage: CacheStage) {
    this.#stage = stage;
  }

  /** So many reads a ms of keys of these shards, by all processes in turn. */
  async read(
    forMs: number,
    perMs: number,
    shards: readonly number[],
    options: Partial<LoadOptions> = {},
  ): Promise<void> {
    const { clock, caches, random } = this.#stage;
    let n = 0;
    for (let ms = 0; ms < forMs; ms += 1) {
      for (let read = 0; read < perMs; read += 1) {
        const shard = shards[Math.floor(random() * shards.length)]!;
        const key = KEYS[shard]![Math.floor(random() * 400)]!;
        void this.one(caches[n % caches.length]!, shard, key, options);
        n += 1;
      }
      await clock.advance(1);
    }
  }

  async one(cache: Cache, shard: number, key: string, options: Partial<LoadOptions> = {}): Promise<void> {
    const { clock } = this.#stage;
    const beganAt = clock.now();
    let from: ServedFrom = 'load';
    const onServed = (how: ServedFrom): void => {
      from = how;
    };
    try {
      await cache.getOrLoad(key, () => this.#load(shard, key), { ...TTL, onServed, ...options });
      this.tally.served.push({ shard, from, ms: clock.now() - beganAt });
    } catch (error) {
      this.tally.failed.push({ at: clock.now(), shard, code: (error as { code: string }).code });
    }
  }

  async #load(shard: number, key: string): Promise<string> {
    const { tally } = this;
    const { clock } = this.#stage;
    const name = keyName(key);
    tally.loads.push({ at: clock.now(), shard });
    tally.atOnce += 1;
    tally.atOnceMax = Math.max(tally.atOnceMax, tally.atOnce);
    tally.inFlight.set(name, (tally.inFlight.get(name) ?? 0) + 1);
    tally.perKeyMax = Math.max(tally.perKeyMax, tally.inFlight.get(name)!);
    await clock.sleep(this.loadMs);
    tally.atOnce -= 1;
    tally.inFlight.set(name, tally.inFlight.get(name)! - 1);
    return key;
  }

  /** The most loads that began within any second. */
  get perSecondMax(): number {
    const { loads } = this.tally;
    let from = 0;
    let most = 0;
    for (let to = 0; to < loads.length; to += 1) {
      while (loads[to]!.at - loads[from]!.at >= 1000) from += 1;
      most = Math.max(most, to - from + 1);
    }
    return most;
  }

  forget(): void {
    for (const list of [this.tally.loads, this.tally.failed, this.tally.served]) list.length = 0;
  }
}

async function crowd(
  budget: Partial<ReadBudgetLimits>,
  clients = 1,
): Promise<{ stage: CacheStage; crowd: Crowd }> {
  const stage = await cacheStage({ shards: SHARDS, clients, budget });
  const readers = new Crowd(stage);
  for (let shard = 0; shard < SHARDS; shard += 1) {
    for (const key of KEYS[shard]!) await outcome(stage.clock, readers.one(stage.caches[0]!, shard, key));
  }
  readers.forget();
  return { stage, crowd: readers };
}

describe('one of four shards dead, and ten times the load that its misses are', () => {
  const BUDGET = { loadsPerSecond: 200, concurrencyMax: 20, waitMs: 200 };

  it('I-21: the database sees its budget at most, and the other shards notice nothing', async () => {
    const { stage, crowd: readers } = await crowd(BUDGET);
    stage.servers.kill(0);
    await readers.read(2500, 8, [0, 1, 2, 3]);
    const { tally } = readers;
    expect(readers.perSecondMax).toBeLessThanOrEqual(200);
    expect(tally.atOnceMax).toBeLessThanOrEqual(20);
    const others = tally.served.filter(({ shard }) => shard !== 0);
    expect(others.length).toBeGreaterThan(12_000);
    expect(new Set(others.map(({ from }) => from))).toEqual(new Set(['hit']));
    expect(Math.max(...others.map(({ ms }) => ms))).toBeLessThanOrEqual(5);
    expect(tally.failed.filter(({ shard }) => shard !== 0)).toEqual([]);
    expect(new Set(tally.failed.map(({ code }) => code))).toEqual(new Set(['read-budget-spent']));
    expect(tally.served.filter(({ shard }) => shard === 0).length).toBeGreaterThan(200);
    expect(tally.perKeyMax).toBe(1);
  }, 30_000);

  it('what other shards have to load does not wait behind the loads of the dead one', async () => {
    const { stage, crowd: readers } = await crowd(BUDGET);
    stage.servers.kill(0);
    await readers.read(2000, 4, [0, 1, 2, 3]);
    readers.forget();
    const misses: Promise<void>[] = [];
    for (let n = 0; n < 40; n += 1) {
      const key = `new${n}`;
      const shard = shardOf(`:${key}`, SHARDS);
      if (shard !== 0) misses.push(readers.one(stage.caches[0]!, shard, key));
      await readers.read(25, 4, [0]);
    }
    await outcome(stage.clock, Promise.all(misses));
    const loaded = readers.tally.served.filter(({ shard }) => shard !== 0);
    expect(loaded.length).toBe(misses.length);
    expect(Math.max(...loaded.map(({ ms }) => ms))).toBeLessThanOrEqual(100);
    expect(readers.tally.failed.every(({ shard }) => shard === 0)).toBe(true);
  }, 30_000);

  it('the lowest class goes first', async () => {
    const { stage, crowd: readers } = await crowd(BUDGET);
    stage.servers.kill(0);
    const failuresOf = async (criticality: Criticality): Promise<number> => {
      readers.forget();
      const crowding = readers.read(2000, 1, [0], { criticality: 'sheddable' });
      for (let n = 0; n < 100; n += 1) {
        void readers.one(stage.caches[0]!, OF_INTEREST, NEW_KEYS[n]!, { criticality });
        await stage.clock.advance(20);
      }
      await crowding;
      await stage.clock.advance(1000);
      expect(readers.tally.failed.filter(({ shard }) => shard === 0).length).toBeGreaterThan(100);
      return readers.tally.failed.filter(({ shard }) => shard === OF_INTEREST).length;
    };
    expect(await failuresOf('critical')).toBe(0);
    expect(await failuresOf('sheddable-plus')).toBe(0);
    expect(await failuresOf('sheddable')).toBeGreaterThan(30);
  }, 30_000);
});

describe('F-28: a shard that comes back empty', () => {
  it('is warm again under the budget, with one load a key in all processes', async () => {
    const { stage, crowd: readers } = await crowd({ loadsPerSecond: 300, concurrencyMax: 20 }, 2);
    stage.servers.restart(0);
    const { incarnation } = stage.servers.at(0);
    const isServing = (): boolean => {
      const row = stage.tables.ledger.rows[0]!;
      return row.state === 'serving' && row.incarnation === incarnation;
    };
    expect(isServing()).toBe(false);
    for (let second = 0; second < 10 && !isServing(); second += 1) {
      await readers.read(1000, 4, [0, 1, 2, 3]);
    }
    await stage.clock.advance(2000);
    readers.tally.perKeyMax = 0;
    await readers.read(8000, 4, [0, 1, 2, 3]);
    expect(readers.perSecondMax).toBeLessThanOrEqual(600);
    expect(readers.tally.perKeyMax).toBe(1);
    readers.forget();
    await readers.read(2000, 4, [0, 1, 2, 3]);
    expect(readers.tally.loads.length).toBeLessThan(20);
    expect(readers.tally.failed).toEqual([]);
  }, 30_000);
});
