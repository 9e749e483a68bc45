/** What the users of one process write, and how it invalidates what is cached of it. */

import type { CacheOperations } from '../../../runtime/cache/index.ts';
import { INSERT } from '../database/index.ts';
import type { Random } from '../kernel/index.ts';
import type { Application } from './application.ts';
import { openLoop } from './open-loop.ts';
import { nameOf, type SiteKey } from './site.ts';
import type { Plan } from './tables.ts';

/** An invalidation that is not acknowledged is repeated so often, after so long. */
const REPEATS_MAX = 10;
const REPEAT_MS = 1000;
const RECORDED_SHARE = 0.5;
const TWO_KEYS_SHARE = 0.2;

export class Writes {
  readonly #application: Application;
  readonly #random: Random;
  readonly #onCommitted: () => void;
  #writes = 0;

  /** @param onCommitted told between the commit of a write and its invalidation */
  constructor(application: Application, random: Random, onCommitted: () => void) {
    this.#application = application;
    this.#random = random;
    this.#onCommitted = onCommitted;
    const { writesPerSecond } = application.options.site;
    openLoop(application.clock, random, writesPerSecond, () => this.#write());
  }

  async #write(): Promise<void> {
    const { site, log } = this.#application.options;
    const first = this.#random.pick(site.keys);
    const same = site.keys.filter((key) => key !== first && key.tenant === first.tenant);
    const keys = this.#random.chance(TWO_KEYS_SHARE) ? [first, this.#random.pick(same)] : [first];
    const cached = this.#application.keysOf(first.tenant);
    let invalidate: () => Promise<void>;
    try {
      invalidate = await this.#committed(keys, cached);
    } catch {
      // It may have been committed all the same: what is cached is invalidated whatever became of it.
      log.rare('write: no answer, or a refusal');
      invalidate = () => cached.delete(keys.map(({ key }) => key));
    }
    this.#onCommitted();
    if (this.#application.clock.isDead) return;
    await this.#invalidated(keys, invalidate, cached);
  }

  /** @returns how to invalidate it */
  async #committed(keys: readonly SiteKey[], cached: CacheOperations): Promise<() => Promise<void>> {
    const { database, options, id } = this.#application;
    const names = keys.map(({ key }) => key);
    const isRecorded = this.#random.chance(RECORDED_SHARE);
    const { value } = await database.writes.execute(async (session) => {
      this.#writes += 1;
      const write = `row ${id} ${this.#writes}`;
      options.tables.plan(write, this.#plan(keys, isRecorded));
      await session.query(INSERT, [write]);
      return isRecorded ? cached.record(session, names) : null;
    });
    if (value === null) return () => cached.delete(names);
    return () => cached.deliver(value);
  }

  #plan(keys: readonly SiteKey[], isRecorded: boolean): Plan<void> {
    const { log } = this.#application.options;
    return (state) => {
      const rows = new Map(state.rows);
      for (const key of keys) {
        const name = nameOf(key);
        const version = (rows.get(name) ?? 0) + 1;
        rows.set(name, version);
        log.add({ kind: 'committed', name, version, isRecorded });
      }
      return [{ ...state, rows }, undefined];
    };
  }

  async #invalidated(
    keys: readonly SiteKey[],
    invalidate: () => Promise<void>,
    cached: CacheOperations,
  ): Promise<void> {
    const { clock, place, options } = this.#application;
    const { log } = options;
    let attempt = invalidate;
    for (let tries = 0; tries < REPEATS_MAX; tries += 1) {
      const begunAt = log.order;
      for (const key of keys) log.add({ kind: 'invalidating', name: nameOf(key), place });
      try {
        await attempt();
        for (const key of keys) log.add({ kind: 'acknowledged', name: nameOf(key), begunAt });
        if (tries > 0) log.rare('invalidation: acknowledged when repeated');
        return;
      } catch {
        log.rare('invalidation: not acknowledged');
      }
      attempt = () => cached.delete(keys.map(({ key }) => key));
      await new Promise<void>((resolve) => {
        clock.after(REPEAT_MS, resolve);
      });
    }
  }
}
