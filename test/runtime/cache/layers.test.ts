import { describe, expect, it } from 'vitest';
import { LayeredCache } from '../../../runtime/cache/index.ts';
import type { Session } from '../../../runtime/session.ts';
import { layeredStage } from './simulated/layered-stage.ts';
import { outcome } from './simulated/stage.ts';

const TTL = { ttlMs: 60_000 };
const NO_SESSION = {} as Session;

/** A row that is loaded, and how often it was. */
function row(value: number): { value: number; loads: number; load: () => Promise<number> } {
  const self = {
    value,
    loads: 0,
    load: () => {
      self.loads += 1;
      return Promise.resolve(self.value);
    },
  };
  return self;
}

describe('two full copies', () => {
  it('load once for both, and either serves when the other one is lost', async () => {
    const { clock, caches, outer, inner } = await layeredStage('double', { shards: 1 });
    const [a, b] = caches as [LayeredCache, LayeredCache];
    const product = row(1);
    await outcome(clock, a.getOrLoad('k', product.load, TTL));
    expect(outer.servers.entry(0, ':k')?.[0]).toBe('V'.charCodeAt(0));
    expect(inner.servers.entry(0, ':k')?.[0]).toBe('V'.charCodeAt(0));
    outer.servers.kill(0);
    const from: string[] = [];
    const onServed = (how: string): void => void from.push(how);
    await outcome(clock, b.getOrLoad('k', product.load, { ...TTL, onServed }));
    expect((await outcome(clock, b.get('k'))).value).toBe(1);
    expect((await outcome(clock, b.mget(['k', 'no']))).value).toEqual([1, undefined]);
    expect([product.loads, from]).toEqual([1, ['inner']]);
  });

  it('I-22: give back nothing that was invalidated, whichever of them is away meanwhile', async () => {
    for (const away of ['outer', 'inner'] as const) {
      const stage = await layeredStage('double', { shards: 1 });
      const { clock, caches } = stage;
      const [a, b] = caches as [LayeredCache, LayeredCache];
      const product = row(1);
      await outcome(clock, a.getOrLoad('k', product.load, TTL));
      stage[away].servers.at(0).hang();
      product.value = 2;
      expect((await outcome(clock, a.delete('k'))).error).toBeUndefined();
      expect((await outcome(clock, b.getOrLoad('k', product.load, TTL))).value).toBe(2);
      stage[away].servers.at(0).goOn();
      await clock.advance(30_000);
      expect((await outcome(clock, b.get('k'))).value).not.toBe(1);
      expect((await outcome(clock, a.getOrLoad('k', product.load, TTL))).value).toBe(2);
    }
  });

  it('invalidate the inner one first: no fill of the outer one in between keeps anything old', async () => {
    const { clock, caches, inner } = await layeredStage('double', { shards: 1 });
    const [a, b] = caches as [LayeredCache, LayeredCache];
    const product = row(1);
    await outcome(clock, a.getOrLoad('k', product.load, TTL));
    product.value = 2;
    inner.servers.cut('a', 0);
    const ended: string[] = [];
    void a.delete('k').then(() => ended.push('deleted'));
    for (let ms = 0; ms < 5000 && ended.length === 0; ms += 1) {
      void b.getOrLoad('k', product.load, TTL);
      await clock.advance(1);
    }
    expect(ended).toEqual(['deleted']);
    expect((await outcome(clock, b.get('k'))).value).not.toBe(1);
    expect((await outcome(clock, b.getOrLoad('k', product.load, TTL))).value).toBe(2);
  });

  it('do not invalidate the outer one when the inner one could not be', async () => {
    const { clock, caches, outer, inner } = await layeredStage('double', { shards: 1 });
    const [a] = caches as [LayeredCache];
    await outcome(clock, a.getOrLoad('k', row(1).load, TTL));
    inner.servers.kill(0);
    inner.tables.isAway = true;
    const { error } = await outcome(clock, a.delete('k'), 20_000);
    expect(error?.code).toBe('not-invalidated');
    expect(outer.servers.entry(0, ':k')).not.toBeNull();
  });

  it('do not make a value younger by copying it', async () => {
    const { clock, caches, outer } = await layeredStage('double', { shards: 1 });
    const [a] = caches as [LayeredCache];
    const product = row(1);
    await outcome(clock, a.getOrLoad('k', product.load, TTL));
    await clock.advance(40_000);
    outer.servers.restart(0);
    await clock.advance(5000);
    let freshMs = 0;
    const onServed = (_: string, ms: number): void => {
      freshMs = ms;
    };
    await outcome(clock, a.getOrLoad('k', product.load, { ...TTL, onServed }));
    expect(freshMs).toBeLessThanOrEqual(15_000);
    expect(freshMs).toBeGreaterThan(0);
    await clock.advance(16_000);
    expect((await outcome(clock, a.get('k'))).value).toBeUndefined();
    expect(product.loads).toBe(1);
  });

  it('serve a value past its time where the database has none to spare and the inner one is lost', async () => {
    const { clock, caches, inner } = await layeredStage('double', {
      shards: 1,
      clients: 1,
      budget: { concurrencyMax: 1, waitMs: 50 },
    });
    const [a] = caches as [LayeredCache];
    const age = { ttlMs: 10_000, staleIfBusyMs: 60_000 };
    await outcome(clock, a.getOrLoad('k', row(1).load, age));
    inner.servers.kill(0);
    await clock.advance(20_000);
    const held = Promise.withResolvers<number>();
    const blocking = a.getOrLoad('other', () => held.promise, TTL);
    await clock.advance(10);
    expect((await outcome(clock, a.getOrLoad('k', row(2).load, age))).value).toBe(1);
    held.resolve(0);
    await outcome(clock, blocking);
    expect((await outcome(clock, a.getOrLoad('k', row(2).load, age))).value).toBe(2);
  });

  it('keep what `set` stores in the outer one alone, and forget it in both', async () => {
    const { clock, caches, outer, inner } = await layeredStage('double', { shards: 1 });
    const [a, b] = caches as [LayeredCache, LayeredCache];
    await outcome(clock, a.getOrLoad('k', row(1).load, TTL));
    expect((await outcome(clock, b.set('k', 2, TTL))).value).toBe(true);
    expect((await outcome(clock, a.get('k'))).value).toBe(2);
    expect(inner.servers.entry(0, ':k')).toBeNull();
    outer.servers.kill(0);
    expect((await outcome(clock, a.get('k'))).value).toBeUndefined();
  });

  it('know tenants apart, and end with their own connections', async () => {
    const { clock, caches, outer, inner } = await layeredStage('double');
    const [a, b] = caches as [LayeredCache, LayeredCache];
    await outcome(clock, a.tenant('x').getOrLoad('k', row(1).load, TTL));
    expect((await outcome(clock, a.tenant('y').get('k'))).value).toBeUndefined();
    expect((await outcome(clock, b.tenant('x').get('k'))).value).toBe(1);
    expect(a.describe()).toMatchObject({
      kind: 'double',
      outer: { isLeased: true },
      inner: { isLeased: true },
    });
    for (const cache of caches) await outcome(clock, cache.close());
    expect([outer.servers.opened, inner.servers.opened]).toEqual([0, 0]);
    await expect(a.get('k')).rejects.toMatchObject({ code: 'cache-closed' });
  });
});

describe('what a write records for two caches', () => {
  it('is delivered inside out', async () => {
    const { clock, caches, outer, inner } = await layeredStage('double', { shards: 1 });
    const [a, b] = caches as [LayeredCache, LayeredCache];
    const product = row(1);
    await outcome(clock, a.getOrLoad('k', product.load, TTL));
    const { value: pending } = await outcome(clock, a.record(NO_SESSION, ['k', 'other']));
    product.value = 2;
    await outcome(clock, a.deliver(pending!));
    expect((await outcome(clock, b.getOrLoad('k', product.load, TTL))).value).toBe(2);
    // The journal is emptied once the write was acknowledged: nobody waits for that.
    await clock.advance(1000);
    expect([outer.tables.ledger.journal, inner.tables.ledger.journal]).toEqual([[], []]);
  });

  it('of a process that died is swept in both: the outer one keeps nothing that it took from the inner one', async () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const { clock, caches } = await layeredStage('double', { shards: 1, clients: 3, seed });
      const [a, b, c] = caches as [LayeredCache, LayeredCache, LayeredCache];
      const product = row(1);
      await outcome(clock, b.getOrLoad('k', product.load, TTL));
      await outcome(clock, a.record(NO_SESSION, 'k'));
      product.value = 2;
      for (let ms = 0; ms < 40_000; ms += 50) {
        void b.getOrLoad('k', product.load, TTL);
        await clock.advance(50);
      }
      expect((await outcome(clock, c.getOrLoad('k', product.load, TTL))).value).toBe(2);
      expect((await outcome(clock, b.get('k'))).value).toBe(2);
    }
  }, 20_000);
});

describe('a gutter', () => {
  it('stands in for a dead shard, for a short time a value', async () => {
    const { clock, caches, outer, inner } = await layeredStage('gutter', { shards: 1 });
    const [a, b] = caches as [LayeredCache, LayeredCache];
    const product = row(1);
    await outcome(clock, a.getOrLoad('k', product.load, TTL));
    expect(inner.servers.entry(0, ':k')).toBeNull();
    outer.servers.kill(0);
    await clock.advance(200);
    for (let n = 0; n < 5; n += 1) {
      for (const cache of [a, b]) await outcome(clock, cache.getOrLoad('k', product.load, TTL));
    }
    expect(product.loads).toBe(2);
    expect((await outcome(clock, a.get('k'))).value).toBe(1);
    await clock.advance(10_000);
    expect((await outcome(clock, a.get('k'))).value).toBeUndefined();
  });

  it('is asked for nothing while the outer shard serves', async () => {
    const { clock, caches, inner } = await layeredStage('gutter');
    const [a] = caches as [LayeredCache];
    const before = inner.servers.at(0).commands;
    for (const key of ['a', 'b', 'c', 'd']) {
      await outcome(clock, a.getOrLoad(key, row(1).load, TTL));
      await outcome(clock, a.get(key));
      await outcome(clock, a.mget([key, 'none']));
    }
    expect(inner.servers.at(0).commands).toBe(before);
  });

  it('I-22: is always invalidated, also while nobody asks it', async () => {
    const { clock, caches, outer, inner } = await layeredStage('gutter', { shards: 1 });
    const [a, b] = caches as [LayeredCache, LayeredCache];
    const product = row(1);
    outer.servers.kill(0);
    await clock.advance(200);
    await outcome(clock, a.getOrLoad('k', product.load, TTL));
    expect(inner.servers.entry(0, ':k')).not.toBeNull();
    outer.servers.restart(0);
    await clock.advance(6000);
    product.value = 2;
    await outcome(clock, b.delete('k'));
    expect(inner.servers.entry(0, ':k')).toBeNull();
    outer.servers.kill(0);
    await clock.advance(200);
    expect((await outcome(clock, a.getOrLoad('k', product.load, TTL))).value).toBe(2);
  });

  it('that is dead too fails no read', async () => {
    const { clock, caches, outer, inner } = await layeredStage('gutter', { shards: 1 });
    const [a] = caches as [LayeredCache];
    for (const half of [outer, inner]) half.servers.kill(0);
    const { value, error, ms } = await outcome(clock, a.getOrLoad('k', row(7).load, TTL));
    expect([value, error]).toEqual([7, undefined]);
    expect(ms).toBeLessThan(300);
    inner.servers.restart(0);
    inner.servers.at(0).hang();
    await clock.advance(3000);
    for (let n = 0; n < 20; n += 1) {
      const read = await outcome(clock, a.getOrLoad(`k${n}`, row(n).load, TTL));
      expect(read.value).toBe(n);
    }
  });
});

it('fails to be layered with a time to live that makes no sense', async () => {
  const { outer, inner } = await layeredStage('gutter');
  const options = { kind: 'gutter', outer: outer.caches[0]!, inner: inner.caches[0]! } as const;
  expect(() => new LayeredCache({ ...options, gutterTtlMs: 0 })).toThrow(/gutterTtlMs = 0/u);
});
