import { describe, expect, it } from 'vitest';
import { CachedCatalog, DirectCatalog, type CatalogCache } from '../../../examples/shop/catalog.ts';
import { PlainCatalog, type PlainServer } from '../../../examples/shop/control-catalog.ts';
import { Fills } from '../../../examples/shop/fills.ts';
import { Ring } from '../../../examples/shop/ring.ts';
import type { ServedFrom } from '../../../runtime/index.ts';
import { MemoryCatalogStore } from './shop-of.ts';

/** A cache that holds nothing, says where it has values from as it is told, and notes what it is asked. */
function emptyCache(calls: string[], from: ServedFrom = 'load'): CatalogCache<unknown, string> {
  return {
    getOrLoad: async (key, load, { onServed }) => {
      calls.push(`get ${String(key)}`);
      const context = { signal: new AbortController().signal, criticality: 'critical', share: 1 } as const;
      const value = await load(context);
      onServed?.(from, 0);
      return value;
    },
    record: (_session, key) => {
      calls.push(`record ${key}`);
      return Promise.resolve(key);
    },
    deliver: (pending) => {
      calls.push(`deliver ${pending}`);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}

function cached(calls: string[], from?: ServedFrom): CachedCatalog<unknown, string> {
  return new CachedCatalog({
    store: new MemoryCatalogStore(),
    cache: emptyCache(calls, from),
    describeCache: () => 'fine',
    ttlMs: 1000,
    limits: { loadsPerS: 7, commandMs: 100 },
  });
}

describe('the catalogue through a cache', () => {
  it('records the invalidation within the write, and is done when it was delivered', async () => {
    const calls: string[] = [];
    expect(await cached(calls).setPrice(1, 250)).toBe(2);
    expect(calls).toEqual(['record catalog:1', 'deliver catalog:1']);
  });

  it('invalidates nothing for a product that is not there', async () => {
    const calls: string[] = [];
    expect(await cached(calls).setPrice(9, 250)).toBeNull();
    expect(calls).toEqual([]);
  });

  it.each([
    ['hit', 'hit'],
    ['stale', 'stale'],
    ['inner', 'gutter'],
    ['load', 'miss'],
  ] as const)('calls %s of the cache a %s', async (from, source) => {
    expect(await cached([], from).product(1)).toMatchObject({ from: source, product: { id: 1, version: 1 } });
  });

  it('counts its loads, and tells its limits', async () => {
    const catalog = cached([]);
    await Promise.all([catalog.product(1), catalog.product(2)]);
    expect(catalog.describe()).toMatchObject({
      fills: { loads: 2, underWay: 0, inFlightMaxOfOneKey: 1 },
      limits: { loadsPerS: 7, commandMs: 100 },
      cache: 'fine',
    });
  });
});

it('without a cache every read is a load', async () => {
  const catalog = new DirectCatalog(new MemoryCatalogStore());
  expect(await catalog.setPrice(1, 300)).toBe(2);
  expect(await catalog.product(1)).toEqual({
    product: { id: 1, name: 'Product 1', priceCents: 300, version: 2 },
    from: 'miss',
  });
  expect(await catalog.product(9)).toEqual({ product: null, from: 'miss' });
  expect(catalog.describe()).toMatchObject({ fills: { loads: 2 }, limits: { loadsPerS: null } });
});

describe('the trace of loads', () => {
  it('counts loads of one product at once, failed ones too, and the seconds they began in', async () => {
    let now = 5000;
    const fills = new Fills(() => now);
    const doors = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const both = doors.map(({ promise }) => fills.count(1, () => promise));
    now = 6100;
    const failing = fills.count(2, () => Promise.reject(new Error('no database')));
    await expect(failing).rejects.toThrow('no database');
    expect(fills.describe()).toMatchObject({ loads: 3, underWay: 2, inFlightMaxOfOneKey: 2 });
    for (const door of doors) door.resolve();
    await Promise.all(both);
    await fills.count(1, () => Promise.resolve());
    expect(fills.describe()).toEqual({
      loads: 4,
      underWay: 0,
      inFlightMaxOfOneKey: 2,
      perSecond: { '5': 2, '6': 2 },
    });
  });

  it('forgets the oldest seconds', async () => {
    let now = 0;
    const fills = new Fills(() => now);
    for (; now < 2_000_000; now += 1000) await fills.count(1, () => Promise.resolve());
    const seconds = Object.keys(fills.describe().perSecond).map(Number);
    expect(seconds).toHaveLength(900);
    expect(Math.min(...seconds)).toBe(1100);
  });
});

describe('the ring of the control', () => {
  const servers = ['a', 'b', 'c', 'd'];
  const keys = Array.from({ length: 1000 }, (_, n) => `key-${n}`);

  it('gives a dead server’s keys to others, and takes them back: what the drills show', () => {
    const ring = new Ring(servers, { failuresMax: 2, retryMs: 1000 });
    const before = keys.map((key) => ring.serverOf(key, 0));
    ring.failed(1, 0);
    expect(keys.map((key) => ring.serverOf(key, 0))).toEqual(before);
    ring.failed(1, 0);
    const during = keys.map((key) => ring.serverOf(key, 999));
    expect(during).not.toContain(1);
    expect(during.filter((server, n) => server !== before[n])).toHaveLength(
      before.filter((server) => server === 1).length,
    );
    expect(keys.map((key) => ring.serverOf(key, 1000))).toEqual(before);
  });

  it('counts failures in a row', () => {
    const ring = new Ring(servers, { failuresMax: 2, retryMs: 1000 });
    ring.failed(1, 0);
    ring.succeeded(1);
    ring.failed(1, 0);
    expect(keys.map((key) => ring.serverOf(key, 0))).toContain(1);
  });

  it('has nobody when all are left out', () => {
    const ring = new Ring(['a'], { failuresMax: 1, retryMs: 1000 });
    ring.failed(0, 0);
    expect(ring.serverOf('key', 500)).toBeNull();
  });
});

describe('the catalogue of the control', () => {
  const row = { id: 1, name: 'Product 1', price_cents: 100, version: 4 };

  function plain(server: Partial<PlainServer>): PlainCatalog {
    const query = (): Promise<{ rows: object[] }> => Promise.resolve({ rows: [row] });
    const writer = { query, end: () => Promise.resolve() } as never;
    const whole: PlainServer = {
      get: () => Promise.resolve(null),
      set: () => Promise.resolve(),
      del: () => Promise.resolve(),
      close: () => undefined,
      ...server,
    };
    return new PlainCatalog({ user: 'shop', writer, servers: new Map([['a', whole]]), ttlMs: 1000 });
  }

  it('serves what is cached, however old it is', async () => {
    const catalog = plain({ get: () => Promise.resolve('{"id":1,"version":1}') });
    expect(await catalog.product(1)).toEqual({ product: { id: 1, version: 1 }, from: 'hit' });
  });

  it('stores what it loaded under the name that a judge looks for', async () => {
    const stored: string[] = [];
    const catalog = plain({ set: (key, value) => Promise.resolve(void stored.push(key, value)) });
    expect(await catalog.product(1)).toMatchObject({ from: 'miss', product: { version: 4 } });
    expect(stored).toEqual([':catalog:1', '{"id":1,"name":"Product 1","priceCents":100,"version":4}']);
  });

  it('swallows what its cache cannot do: the write succeeds, and the old value stays', async () => {
    const broken = (): Promise<never> => Promise.reject(new Error('gone'));
    const catalog = plain({ get: broken, set: broken, del: broken });
    expect(await catalog.setPrice(1, 5)).toBe(4);
    expect(await catalog.product(1)).toMatchObject({ from: 'miss', product: { version: 4 } });
  });
});
