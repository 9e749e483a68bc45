/**
 * Reads that are asked for in the same turn of the event loop go to the shard as one command: most of what a read
 * costs a client is the command, not the key.
 */

import { isOfAnotherType } from './redis-errors.ts';
import type { RedisSession } from './redis-session.ts';

type Key = string | Buffer;
type Value = Buffer | null;

interface Waiter {
  readonly key: Key;
  readonly resolve: (value: Value) => void;
  readonly reject: (error: unknown) => void;
}

/** A command of more keys would keep other clients of the shard waiting. */
const KEYS_MAX = 64;

export class ReadBatch {
  readonly #session: RedisSession;
  #waiters: Waiter[] = [];

  constructor(session: RedisSession) {
    this.#session = session;
  }

  get(key: Key): Promise<Value> {
    return new Promise((resolve, reject) => {
      if (this.#waiters.length === 0) process.nextTick(() => this.#send());
      this.#waiters.push({ key, resolve, reject });
      if (this.#waiters.length === KEYS_MAX) this.#send();
    });
  }

  #send(): void {
    const waiters = this.#waiters;
    if (waiters.length === 0) return;
    this.#waiters = [];
    const fail = (error: unknown): void => {
      for (const { reject } of waiters) reject(error);
    };
    if (waiters.length > 1) {
      const answer = (values: readonly Value[]): void => {
        for (const [at, { resolve }] of waiters.entries()) resolve(values[at] ?? null);
      };
      this.#session.redis.mgetBuffer(waiters.map(({ key }) => key)).then(answer, fail);
      return;
    }
    const [only] = waiters as [Waiter];
    this.#session.redis.getBuffer(only.key).then(only.resolve, (error: unknown) => {
      // What is no string is nothing to a command for many keys, and an error to one for a single key.
      if (isOfAnotherType(error)) only.resolve(null);
      else fail(error);
    });
  }
}
