/** Direct looks at shards, by a plain client that no cache knows of. */

import type { Redis } from 'ioredis';
import { now } from '../load/index.ts';
import type { CacheNode } from '../model.ts';
import type { DrillPlace } from '../ports.ts';
import { entriesOn, openPlainCache, withPlainCache } from './plain-cache.ts';
import type { Look } from './types.ts';

const ANSWER_MS_MAX = 5000;
/** A frozen node answers what it was asked while it was frozen, first of all, when it goes on. */
const FROZEN_MS_MAX = 60_000;

/** What stands on these nodes now. Rejects when one does not answer. */
export function lookAt(
  place: DrillPlace,
  nodes: readonly CacheNode[],
  products: readonly number[],
): Promise<readonly Look[]> {
  return Promise.all(
    nodes.map((node) =>
      withPlainCache(place, node, { timeoutMs: ANSWER_MS_MAX }, async (redis): Promise<Look> => {
        const at = now();
        return { node, at, entries: await entriesOn(redis, products) };
      }),
    ),
  );
}

/** A look that was opened before a node was broken, so that nobody is faster when it is back. */
export class ReturnLook {
  readonly #place: DrillPlace;
  readonly #node: CacheNode;
  readonly #products: readonly number[];
  #redis: Redis | null = null;
  #asked: Promise<Look> | null = null;

  constructor(place: DrillPlace, node: CacheNode, products: readonly number[]) {
    this.#place = place;
    this.#node = node;
    this.#products = products;
  }

  /** Before the fault. */
  async open(): Promise<void> {
    this.#redis = await openPlainCache(this.#place, this.#node, { timeoutMs: FROZEN_MS_MAX });
  }

  /** Sends the question; a frozen node answers it when it goes on. */
  ask(): void {
    const redis = this.#redis;
    if (!redis) throw new Error(`${this.#node.id}: open before asking`);
    const at = now();
    this.#asked = entriesOn(redis, this.#products).then((entries) => ({ node: this.#node, at, entries }));
    this.#asked.catch(() => undefined);
  }

  /** Rejects where the connection was lost. */
  answer(): Promise<Look> {
    if (!this.#asked) throw new Error(`${this.#node.id}: ask first`);
    return this.#asked;
  }

  close(): void {
    this.#redis?.disconnect();
    this.#redis = null;
  }
}
