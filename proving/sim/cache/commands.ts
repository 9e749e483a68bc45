/** What each command of a connection does on a shard, atomically: the words of the port `CacheConnection`. */

import { type CacheKey, keyName } from '../../../core/cache/index.ts';
import type { ShardStore } from './shard-store.ts';

export interface ShardCommand<Answer> {
  readonly name: 'get' | 'getMany' | 'ask' | 'put' | 'exchange' | 'restamp' | 'delete' | 'flush';
  /** The keys by name; none for `flush`. */
  readonly keys: readonly string[];
  run(store: ShardStore): Answer;
}

type Bytes = Uint8Array;

export function get(key: CacheKey): ShardCommand<Bytes | null> {
  const name = keyName(key);
  return { name: 'get', keys: [name], run: (store) => store.read(name) };
}

export function getMany(keys: readonly CacheKey[]): ShardCommand<readonly (Bytes | null)[]> {
  const names = keys.map(keyName);
  return { name: 'getMany', keys: names, run: (store) => names.map((name) => store.read(name)) };
}

export function ask(key: CacheKey, mark: Bytes, ttlMs: number): ShardCommand<Bytes | null> {
  const name = keyName(key);
  const run = (store: ShardStore): Bytes | null => {
    const there = store.read(name);
    if (there === null) store.write(name, mark, ttlMs);
    return there;
  };
  return { name: 'ask', keys: [name], run };
}

export function put(key: CacheKey, mark: Bytes, ttlMs: number): ShardCommand<void> {
  const name = keyName(key);
  return { name: 'put', keys: [name], run: (store) => store.write(name, mark, ttlMs) };
}

export function exchange(key: CacheKey, mark: Bytes, entry: Bytes, ttlMs: number): ShardCommand<boolean> {
  const name = keyName(key);
  const run = (store: ShardStore): boolean => {
    if (!beginsWith(store.read(name), mark)) return false;
    store.write(name, entry, ttlMs);
    return true;
  };
  return { name: 'exchange', keys: [name], run };
}

export function restamp(key: CacheKey, mark: Bytes, next: Bytes): ShardCommand<boolean> {
  const name = keyName(key);
  const run = (store: ShardStore): boolean => {
    const there = store.read(name);
    if (there === null || !beginsWith(there, mark)) return false;
    const bytes = Uint8Array.from(there);
    bytes.set(next);
    store.overwrite(name, bytes);
    return true;
  };
  return { name: 'restamp', keys: [name], run };
}

export function deletion(keys: readonly CacheKey[]): ShardCommand<void> {
  const names = keys.map(keyName);
  const run = (store: ShardStore): void => {
    for (const name of names) store.remove(name);
  };
  return { name: 'delete', keys: names, run };
}

export function flush(): ShardCommand<void> {
  return { name: 'flush', keys: [], run: (store) => store.clear() };
}

function beginsWith(bytes: Bytes | null, mark: Bytes): boolean {
  return bytes !== null && mark.every((byte, at) => bytes[at] === byte);
}
