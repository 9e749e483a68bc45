import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MARK_BYTES, markOf, valueEntry } from '../../../../core/cache/index.ts';
import { RedisConnector } from '../../../../runtime/adapters/redis-connector.ts';
import type { CacheConnection } from '../../../../runtime/cache/ports.ts';
import { PASSWORD, RedisServer, USER } from './server.ts';

const MIB = 1024 * 1024;
const STAMP = 'a'.repeat(MARK_BYTES - 1);
const OTHER = 'b'.repeat(MARK_BYTES - 1);
const EVERY_BYTE = Uint8Array.from({ length: 256 }, (_, at) => at);

let server: RedisServer;
let stock: Redis;
let connection: CacheConnection;

beforeAll(async () => {
  server = await RedisServer.start();
  const tls = { ca: server.caPem };
  stock = new Redis({ host: 'localhost', port: server.port, tls, username: 'root', password: 'root' });
});

afterAll(async () => {
  stock.disconnect();
  await server.close();
});

beforeEach(async () => {
  await stock.flushall();
  connection = await connectorOf(server).connect(0, { timeoutMs: 2000 });
});

afterEach(() => connection.destroy());

function connectorOf({ endpoint, caPem }: RedisServer): RedisConnector {
  const login = { user: USER, password: () => Promise.resolve(PASSWORD) };
  return new RedisConnector({ shards: [endpoint], tls: { ca: caPem }, login });
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

describe('the commands of a shard, with no more rights than an application has', () => {
  it('names the server process', async () => {
    expect(connection.incarnation).toBe(/run_id:(\w+)/.exec(await stock.info('server'))![1]);
  });

  it('gets one key and many, each where it was asked for', async () => {
    await stock.mset('a', '1', 'c', '3');
    expect(await connection.get('a')).toEqual(Buffer.from('1'));
    expect(await connection.get('b')).toBeNull();
    expect(await connection.getMany(['a', 'b', 'c'])).toEqual([Buffer.from('1'), null, Buffer.from('3')]);
  });

  it('gives every one of many reads at once its own value', async () => {
    const keys = Array.from({ length: 300 }, (_, n) => `k${n}`);
    await stock.mset(...keys.flatMap((key) => [key, `value of ${key}`]));
    const values = await Promise.all([...keys, 'absent', ...keys].map((key) => connection.get(key)));
    const texts = values.map((value) => (value === null ? null : Buffer.from(value).toString()));
    const wanted = keys.map((key) => `value of ${key}`);
    expect(texts).toEqual([...wanted, null, ...wanted]);
  });

  it('takes keys and values of any bytes', async () => {
    await connection.put(EVERY_BYTE, EVERY_BYTE, 10_000);
    expect(await connection.get(EVERY_BYTE)).toEqual(Buffer.from(EVERY_BYTE));
    expect(await stock.getBuffer(Buffer.from(EVERY_BYTE))).toEqual(Buffer.from(EVERY_BYTE));
    // Part of a larger buffer, as a reader of a protocol hands it out.
    expect(await connection.get(EVERY_BYTE.subarray(3, 9))).toBeNull();
    await connection.delete([EVERY_BYTE]);
    expect(await stock.dbsize()).toBe(0);
  });

  it('reads text as its bytes in UTF-8', async () => {
    await stock.set('schön 🙂', 'x');
    expect(await connection.get(bytes('schön 🙂'))).toEqual(Buffer.from('x'));
    expect(await connection.get('schön 🙂')).toEqual(Buffer.from('x'));
  });

  it('carries a value of 8 MiB there and back, among small ones', async () => {
    const body = new Uint8Array(8 * MIB);
    for (let at = 0; at < body.length; at += 1) body[at] = (at * 31) & 0xff;
    const mark = markOf('F', STAMP);
    await connection.put('large', mark, 60_000);
    await stock.set('small', 's');
    expect(await connection.exchange('large', mark, valueEntry(STAMP, 1, body), 60_000)).toBe(true);
    const [large, small] = await Promise.all([connection.get('large'), connection.get('small')]);
    expect(Buffer.from(large!.subarray(30)).equals(body)).toBe(true);
    expect(small).toEqual(Buffer.from('s'));
  });

  it('asks: takes the place where nothing is, for a time, and else says what is there', async () => {
    expect(await connection.ask('k', markOf('F', STAMP), 5000)).toBeNull();
    expect(await stock.get('k')).toBe(`F${STAMP}`);
    expect(await stock.pttl('k')).toBeGreaterThan(4000);
    expect(await connection.ask('k', markOf('F', OTHER), 5000)).toEqual(Buffer.from(`F${STAMP}`));
    expect(await stock.get('k')).toBe(`F${STAMP}`);
  });

  it('puts whatever was there before', async () => {
    await stock.lpush('k', 'a list');
    await connection.put('k', markOf('F', STAMP), 5000);
    expect(await stock.get('k')).toBe(`F${STAMP}`);
    expect(await stock.pttl('k')).toBeGreaterThan(4000);
  });

  it('I-22: exchanges only for the mark that is there', async () => {
    const mark = markOf('F', STAMP);
    const entry = valueEntry(STAMP, 7, bytes('Bnew'));
    expect(await connection.exchange('k', mark, entry, 5000)).toBe(false);
    await connection.put('k', markOf('F', OTHER), 5000);
    expect(await connection.exchange('k', mark, entry, 5000)).toBe(false);
    expect(await stock.get('k')).toBe(`F${OTHER}`);
    await connection.put('k', mark, 5000);
    expect(await connection.exchange('k', mark, entry, 50_000)).toBe(true);
    expect(await stock.getBuffer('k')).toEqual(Buffer.from(entry));
    expect(await stock.pttl('k')).toBeGreaterThan(40_000);
  });

  it('restamps the beginning alone, and leaves the time to live', async () => {
    const entry = valueEntry(STAMP, 7, bytes('Bthe body'));
    await stock.set('k', Buffer.from(entry), 'PX', 30_000);
    expect(await connection.restamp('k', markOf('V', OTHER), markOf('R', OTHER))).toBe(false);
    expect(await connection.restamp('k', markOf('V', STAMP), markOf('R', OTHER))).toBe(true);
    expect(await stock.get('k')).toBe(`R${OTHER}${Buffer.from(entry).toString().slice(MARK_BYTES)}`);
    expect(await stock.pttl('k')).toBeGreaterThan(20_000);
    expect(await connection.restamp('absent', markOf('V', STAMP), markOf('R', OTHER))).toBe(false);
    expect(await stock.exists('absent')).toBe(0);
  });

  it('goes on when the server has forgotten its scripts', async () => {
    const mark = markOf('F', STAMP);
    for (let round = 0; round < 2; round += 1) {
      await connection.put('k', mark, 5000);
      expect(await connection.exchange('k', mark, mark, 5000)).toBe(true);
      await stock.script('FLUSH');
    }
    const values = await Promise.all(['a', 'b'].map((key) => connection.restamp(key, mark, mark)));
    expect(values).toEqual([false, false]);
  });

  it('deletes many keys and flushes all', async () => {
    await stock.mset('a', '1', 'b', '2', 'c', '3');
    await connection.delete(['a', bytes('b'), 'absent']);
    expect(await stock.keys('*')).toEqual(['c']);
    await connection.flush();
    expect(await stock.dbsize()).toBe(0);
  });

  it('takes what is no string for no value, and loses no connection by it', async () => {
    await stock.lpush('list', 'x');
    const mark = markOf('F', STAMP);
    expect(await connection.get('list')).toBeNull();
    expect(await Promise.all([connection.get('list'), connection.get('list')])).toEqual([null, null]);
    expect(await connection.ask('list', mark, 1000)).toEqual(new Uint8Array(0));
    expect(await connection.exchange('list', mark, mark, 1000)).toBe(false);
    expect(await connection.restamp('list', mark, mark)).toBe(false);
    expect(await connection.get('absent')).toBeNull();
  });
});
