import { openAurora, openCache } from '../../../runtime/index.ts';

const region = 'eu-west-1';
const database = openAurora({
  clusterEndpoint: process.env['DATABASE_ENDPOINT']!,
  database: 'app',
  user: 'shop',
  region,
});
const { cache } = openCache({
  database,
  shards: process.env['UNDERSTUDY_CACHE_SHARDS']!,
  user: 'prod-shop',
  region,
});

export function product(id: string): Promise<{ name: string }> {
  const load = async (): Promise<{ name: string }> => {
    // Locks the row, so it is a commit: a former writer that was frozen and goes on cannot answer it.
    const text = 'select name from products where id = $1 for share';
    const { value } = await database.writes.execute((session) => session.query<{ name: string }>(text, [id]));
    return value.rows[0]!;
  };
  return cache.getOrLoad(`product:${id}`, load, { ttlMs: 60_000 });
}

export async function rename(id: string, name: string): Promise<void> {
  const { value: pending } = await database.writes.execute(async (session) => {
    await session.query('update products set name = $2 where id = $1', [id, name]);
    return cache.record(session, `product:${id}`);
  });
  await cache.deliver(pending); // from here on nobody is served the old name
}
