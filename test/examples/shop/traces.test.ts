import { afterEach, describe, expect, it, vi } from 'vitest';
import { CachedCatalog, type Catalog } from '../../../examples/shop/catalog.ts';
import { forRequest } from '../../../examples/shop/pool-store.ts';
import { serve, type ShopServer } from '../../../examples/shop/server.ts';
import type { Product, Store } from '../../../examples/shop/store.ts';
import type { Session } from '../../../runtime/index.ts';
import { MemoryCatalogStore, shopOf } from './shop-of.ts';

const ROOT = '1-67891233-abcdef012345678912345678';
const TASK = { tier: 'service', version: 'v3', id: 'task-9', az: null };
let server: ShopServer | undefined;

afterEach(async () => {
  vi.restoreAllMocks();
  await server?.close();
});

interface Seen {
  readonly sql: string;
  readonly deadlineMs: number;
}

/** A shop whose store notes what its statements would be. */
async function setUp(catalog?: Catalog) {
  const seen: Seen[] = [];
  const store = {
    product(id: number): Promise<Product> {
      const { sql, deadlineMs, met } = forRequest('select 1');
      seen.push({ sql, deadlineMs });
      met('read', { memberId: 'reader-1' } as Session);
      return Promise.resolve({ id, name: 'p', priceCents: 1, servedBy: 'reader-1' });
    },
  } as unknown as Store;
  server = await serve(
    { ...shopOf(store, {}, catalog), task: TASK, traces: 'all' },
    { host: '127.0.0.1', port: 0 },
  );
  const lines: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  const { port } = server;
  const ask = (headers: Record<string, string>, path = '/products/1'): Promise<Response> =>
    fetch(`http://127.0.0.1:${port}${path}`, { headers });
  return { seen, lines, ask };
}

describe('a request through the shop', () => {
  it('leaves its trace in the statement and in a line that names what it met', async () => {
    const { seen, lines, ask } = await setUp();
    const response = await ask({ 'x-amzn-trace-id': `Self=1-a;Root=${ROOT};Sampled=1` });
    expect(response.headers.get('x-version')).toBe('service=v3@task-9');
    expect(seen[0]!.sql).toBe(`select 1 /* trace=${ROOT} */`);
    expect(JSON.parse(lines[0]!)).toMatchObject({
      trace: ROOT,
      tier: 'service',
      task: 'task-9',
      path: '/products/1',
      status: 200,
      seams: { database: { read: 'reader-1' } },
    });
  });

  it('leaves nothing in the statement that is no trace', async () => {
    const { seen, ask } = await setUp();
    await ask({ 'x-amzn-trace-id': 'Root=1-*/; drop table orders' });
    expect(seen[0]!.sql).toBe('select 1');
  });

  it('takes no longer at the database than its caller waits', async () => {
    const { seen, ask } = await setUp();
    await ask({ 'x-understudy-deadline-ms': '800' });
    await ask({});
    expect(seen[0]!.deadlineMs).toBeLessThanOrEqual(800);
    expect(seen[0]!.deadlineMs).toBeGreaterThan(300);
    expect(seen[1]!.deadlineMs).toBe(4500);
  });

  it('is refused before any work when its time is over', async () => {
    const { seen, ask } = await setUp();
    const response = await ask({ 'x-understudy-deadline-ms': '0' });
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ code: 'deadline-exceeded', advice: 'retry' });
    expect(seen).toEqual([]);
  });

  it('names the shard that a value of the catalogue is on, and where it came from', async () => {
    const catalog = new CachedCatalog({
      store: new MemoryCatalogStore(),
      cache: {
        getOrLoad: async (_key, load, { onServed }) => {
          onServed?.('hit', 1);
          return load({ signal: AbortSignal.timeout(1000), criticality: 'critical', share: 1 });
        },
        record: () => Promise.resolve(null),
        deliver: () => Promise.resolve(),
        close: () => Promise.resolve(),
      },
      describeCache: () => null,
      ttlMs: 1000,
      limits: { loadsPerS: null, commandMs: null },
      shardOf: (key) => `shard-of-${key}`,
    });
    const { lines, ask } = await setUp(catalog);
    await ask({}, '/catalog/1');
    expect(JSON.parse(lines[0]!)).toMatchObject({
      path: '/catalog/1',
      trace: null,
      seams: { cache: { from: 'hit', shard: 'shard-of-catalog:1' } },
    });
  });
});
