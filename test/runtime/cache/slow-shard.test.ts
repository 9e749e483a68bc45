/** A shard that answers too late, or whose connection is lost for a moment: what a deletion does then. */

import { describe, expect, it } from 'vitest';
import { shardOf } from '../../../core/cache/index.ts';
import { newHolder } from '../../../core/cache/protocol/index.ts';
import { type Cache, CACHE_DEFAULTS } from '../../../runtime/cache/index.ts';
import { type CacheStage, cacheStage, outcome } from './simulated/stage.ts';

const TTL = { ttlMs: 600_000 };
const [KEY, OTHER] = Array.from({ length: 20 }, (_, n) => `k${n}`).filter(
  (key) => shardOf(`:${key}`, 2) === 0,
) as [string, string];
/** A hang that a command meets, and no connect after it. */
const LATE_MS = CACHE_DEFAULTS.commandMs + 50;

type Stage = CacheStage & { readonly a: Cache; readonly b: Cache };

/** Both keys are cached on shard 0, and both processes have hits. */
async function withHits(): Promise<Stage> {
  const stage = await cacheStage();
  const [a, b] = stage.caches as [Cache, Cache];
  for (const key of [KEY, OTHER]) await outcome(stage.clock, a.set(key, 'old', TTL));
  expect((await outcome(stage.clock, b.get(KEY))).value).toBe('old');
  return { ...stage, a, b };
}

/** A process that has died, or is stopped, with a lease. */
function addSilentHolder({ tables }: Stage): void {
  const silent = { ...newHolder('silent', 2), sequence: 9, adopted: [3, 3] };
  tables.ledger = { ...tables.ledger, holders: [...tables.ledger.holders, silent] };
}

function rowOf({ tables }: Stage) {
  return tables.ledger.rows[0]!;
}

describe('a deletion, where its shard', () => {
  it('F-03: answers one command too late, is sent again and closes nothing', async () => {
    const stage = await withHits();
    const { clock, servers, a, b } = stage;
    const { epoch } = rowOf(stage);
    servers.at(0).hang();
    clock.after(LATE_MS, () => servers.at(0).goOn());
    const { ms, error } = await outcome(clock, a.delete(KEY));
    expect(error).toBeUndefined();
    expect(ms).toBeLessThan(CACHE_DEFAULTS.deliveryMs);
    expect(rowOf(stage)).toMatchObject({ state: 'serving', epoch });
    expect((await outcome(clock, b.get(KEY))).value).toBeUndefined();
    expect((await outcome(clock, b.get(OTHER))).value).toBe('old');
  });

  it('F-03: has just lost the connection, waits for the next one and closes nothing', async () => {
    const stage = await withHits();
    const { clock, servers, a, b } = stage;
    servers.at(0).hang();
    await outcome(clock, a.get(OTHER));
    expect(a.describe().shards[0]!.incarnation).toBeNull();
    clock.after(50, () => servers.at(0).goOn());
    expect((await outcome(clock, a.delete(KEY))).ms).toBeLessThan(200);
    expect(rowOf(stage).state).toBe('serving');
    expect((await outcome(clock, b.get(KEY))).value).toBeUndefined();
  });

  it('F-02: hangs for longer, closes it', async () => {
    const stage = await withHits();
    stage.servers.at(0).hang();
    await outcome(stage.clock, stage.a.delete(KEY));
    expect(rowOf(stage).state).not.toBe('serving');
  });

  it('is closed by somebody else meanwhile, goes to the journal at once', async () => {
    const stage = await withHits();
    const { clock, servers, tables, a } = stage;
    servers.cut('a', 0);
    await outcome(clock, a.get(OTHER));
    await outcome(clock, tables.close(0, rowOf(stage).epoch));
    await clock.advance(CACHE_DEFAULTS.leases.renewMs + 100);
    const { ms } = await outcome(clock, a.delete(KEY));
    expect(ms).toBeLessThan(100);
  });
});

describe('while a shard is closing, and somebody does not say that he has stopped', () => {
  it('F-02: who can reach the process that is served from waits for nobody', async () => {
    const stage = await withHits();
    const { clock, servers, tables, a, b } = stage;
    addSilentHolder(stage);
    servers.cut('a', 0);
    void a.delete(OTHER);
    for (let ms = 0; ms < 2000 && rowOf(stage).state === 'serving'; ms += 1) await clock.advance(1);
    expect(rowOf(stage).state).toBe('closing');
    const { ms, value: pending } = await outcome(clock, b.record({} as never, KEY));
    expect(ms).toBeLessThan(10);
    expect((await outcome(clock, b.deliver(pending!))).ms).toBeLessThan(10);
    expect((await outcome(clock, b.delete(OTHER))).ms).toBeLessThan(10);
    expect(rowOf(stage).state).toBe('closing');
    expect(['silent', KEY, OTHER].map((name) => servers.entry(0, `:${name}`))).toEqual([null, null, null]);
    expect(tables.ledger.journal.map(({ key }) => key)).toContain(`:${KEY}`);
  });

  it('F-07: who could not reach it goes on as soon as he can', async () => {
    const stage = await withHits();
    const { clock, servers, a } = stage;
    addSilentHolder(stage);
    servers.cut('a', 0);
    clock.after(1300, () => servers.heal('a', 0));
    const { ms } = await outcome(clock, a.delete(KEY));
    expect(ms).toBeGreaterThan(1300);
    expect(ms).toBeLessThan(2600);
    expect(servers.entry(0, `:${KEY}`)).toBeNull();
  });

  it('F-41: another process under the name does not count', async () => {
    const stage = await withHits();
    const { clock, servers, a } = stage;
    addSilentHolder(stage);
    servers.takeOver(0, new Map());
    servers.cut('a', 0);
    await outcome(clock, a.get(KEY));
    servers.heal('a', 0);
    const { ms } = await outcome(clock, a.delete(KEY));
    expect(ms).toBeGreaterThanOrEqual(3000);
  });
});

describe('a value that is set', () => {
  it('I-22: on a shard that answers too late is not put again: what it was to replace could come back with it', async () => {
    const { clock, servers, a } = await withHits();
    servers.at(0).hang();
    clock.after(LATE_MS, () => servers.at(0).goOn());
    expect((await outcome(clock, a.set(KEY, 'new', TTL))).value).toBe(false);
  });
});
