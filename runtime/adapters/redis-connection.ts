/** The commands of one shard, behind the `CacheConnection` port. Keys and values are bytes. */

import type { CacheKey } from '../../core/cache/index.ts';
import type { CacheConnection, ScanConnection } from '../cache/ports.ts';
import { isOfAnotherType, isUnknownScript } from './redis-errors.ts';
import { ReadBatch } from './redis-reads.ts';
import { EXCHANGE, RESTAMP, type Script } from './redis-scripts.ts';
import type { RedisSession } from './redis-session.ts';

/** Begins with no mark: whoever reads it takes it for what somebody else put there. */
const FOREIGN = new Uint8Array(0);

export class RedisConnection implements CacheConnection, ScanConnection {
  readonly #session: RedisSession;
  readonly #reads: ReadBatch;

  constructor(session: RedisSession) {
    this.#session = session;
    this.#reads = new ReadBatch(session);
  }

  get incarnation(): string {
    return this.#session.incarnation;
  }

  get(key: CacheKey): Promise<Uint8Array | null> {
    return this.#reads.get(keyArgument(key));
  }

  getMany(keys: readonly CacheKey[]): Promise<readonly (Uint8Array | null)[]> {
    return this.#session.redis.mgetBuffer(keys.map(keyArgument));
  }

  async ask(key: CacheKey, mark: Uint8Array, ttlMs: number): Promise<Uint8Array | null> {
    try {
      const { redis } = this.#session;
      return await redis.setBuffer(keyArgument(key), buffer(mark), 'PX', ttlMs, 'NX', 'GET');
    } catch (error) {
      if (isOfAnotherType(error)) return FOREIGN;
      throw error;
    }
  }

  async put(key: CacheKey, mark: Uint8Array, ttlMs: number): Promise<void> {
    await this.#session.redis.set(keyArgument(key), buffer(mark), 'PX', ttlMs);
  }

  exchange(key: CacheKey, mark: Uint8Array, entry: Uint8Array, ttlMs: number): Promise<boolean> {
    return this.#run(EXCHANGE, key, [buffer(mark), buffer(entry), ttlMs]);
  }

  restamp(key: CacheKey, mark: Uint8Array, next: Uint8Array): Promise<boolean> {
    return this.#run(RESTAMP, key, [buffer(mark), buffer(next)]);
  }

  async delete(keys: readonly CacheKey[]): Promise<void> {
    await this.#session.redis.del(keys.map(keyArgument));
  }

  async scan(
    cursor: string,
    count: number,
  ): Promise<{ readonly cursor: string; readonly keys: readonly Uint8Array[] }> {
    const [next, keys] = await this.#session.redis.scanBuffer(cursor, 'COUNT', count);
    return { cursor: next.toString(), keys };
  }

  async flush(): Promise<void> {
    await this.#session.redis.flushall();
  }

  destroy(): void {
    this.#session.destroy();
  }

  onLost(listener: () => void): void {
    this.#session.onLost(listener);
  }

  async #run(script: Script, key: CacheKey, rest: readonly (Buffer | number)[]): Promise<boolean> {
    try {
      return (await this.#evaluate(script, [1, keyArgument(key), ...rest])) === 1;
    } catch (error) {
      if (isOfAnotherType(error)) return false;
      throw error;
    }
  }

  /** By its digest. A server that does not know it, such as one that has just started, is given the text. */
  async #evaluate(
    { digest, text }: Script,
    [keys, ...rest]: readonly [number, ...(string | Buffer | number)[]],
  ): Promise<unknown> {
    try {
      return await this.#session.redis.evalsha(digest, keys, ...rest);
    } catch (error) {
      if (!isUnknownScript(error)) throw error;
      return this.#session.redis.eval(text, keys, ...rest);
    }
  }
}

function keyArgument(key: CacheKey): string | Buffer {
  return typeof key === 'string' ? key : buffer(key);
}

/** The driver would turn other arrays of bytes into text. */
function buffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
