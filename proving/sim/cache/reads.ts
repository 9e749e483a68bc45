/** What the users of one process read, through the cache, and what it loads for them. */

import { COUNT } from '../database/index.ts';
import type { Random } from '../kernel/index.ts';
import type { Application } from './application.ts';
import { openLoop } from './open-loop.ts';
import { nameOf, type SiteKey } from './site.ts';
import type { ReadHow, Versioned } from './view.ts';

/** A load waits no longer for the database. */
export const LOAD_MS = 2000;
/** And then takes this long at most: some are slow, so that much can happen meanwhile. */
export const SLOW_MS_MAX = 4000;
const SLOW_SHARE = 0.03;
const MANY = 3;

export class Reads {
  readonly #application: Application;
  readonly #random: Random;
  #loads = 0;

  constructor(application: Application, random: Random) {
    this.#application = application;
    this.#random = random;
    const { readsPerSecond } = application.options.site;
    openLoop(application.clock, random, readsPerSecond, () => this.#read());
  }

  async #read(): Promise<void> {
    const { site } = this.#application.options;
    const wanted = this.#random.chance(site.hotShare) ? site.keys[0]! : this.#random.pick(site.keys);
    const chance = this.#random.next();
    if (chance < 0.7) await this.#getOrLoad(wanted);
    else if (chance < 0.9) await this.#get(wanted);
    else await this.#mget(wanted);
  }

  async #getOrLoad(key: SiteKey): Promise<void> {
    const { ttlMs, staleMs } = key;
    const { rare } = this.#application.options.log;
    await this.#told('getOrLoad', [key], async (keys) => {
      const options = { ttlMs, staleMs, onServed: (from: string) => rare(`read: ${from}`) };
      return [await keys.getOrLoad<Versioned>(key.key, () => this.#load(key), options)];
    });
  }

  async #get(key: SiteKey): Promise<void> {
    await this.#told('get', [key], async (keys) => [await keys.get(key.key)]);
  }

  async #mget(first: SiteKey): Promise<void> {
    const { site } = this.#application.options;
    const same = site.keys.filter(({ tenant }) => tenant === first.tenant);
    const wanted = Array.from({ length: MANY }, () => this.#random.pick(same));
    await this.#told('mget', wanted, (keys) => keys.mget(wanted.map(({ key }) => key)));
  }

  async #told(
    how: ReadHow,
    wanted: readonly SiteKey[],
    work: (keys: ReturnType<Application['keysOf']>) => Promise<readonly unknown[]>,
  ): Promise<void> {
    const { id, place, clock, options } = this.#application;
    const { log } = options;
    const begun = { begunAt: log.order, startedAt: options.clock.now(), frozenMs: clock.frozenMs };
    let values: readonly unknown[] = [];
    let error: string | null = null;
    try {
      values = await work(this.#application.keysOf(wanted[0]!.tenant));
    } catch (thrown) {
      error = String((thrown as { readonly code?: unknown }).code ?? thrown);
      log.rare(`read: rejected, ${error}`);
    }
    const { begunAt, startedAt } = begun;
    const wasStopped = clock.frozenMs > begun.frozenMs;
    if (values.some((value) => value !== undefined)) log.rare(`read: ${how} returned something`);
    for (const [at, key] of wanted.entries()) {
      const name = nameOf(key);
      const value = values[at] ?? null;
      const who = { process: id, place, begunAt, startedAt, wasStopped };
      log.add({ kind: 'read', how, name, ...who, value, error });
    }
  }

  /** Sees every write that was committed before it was called, or fails. */
  async #load(key: SiteKey): Promise<Versioned> {
    const { id, place, database, clock, options } = this.#application;
    const { log, tables } = options;
    const name = nameOf(key);
    this.#loads += 1;
    const load = { name, process: id, place, load: this.#loads };
    log.add({ kind: 'load-began', ...load });
    const least = tables.newest.rows.get(name) ?? 0;
    try {
      const { value: position } = await database.writes.execute(
        async (session) => (await session.query<{ readonly count: number }>(COUNT)).rows[0]!.count,
        { deadlineMs: LOAD_MS },
      );
      const version = tables.at(position).rows.get(name) ?? 0;
      if (version < least) {
        log.rare('load: answered by a writer of before');
        throw new Error('the database showed less than was committed');
      }
      if (this.#random.chance(SLOW_SHARE)) {
        await new Promise<void>((resolve) => {
          clock.after(this.#random.between(10, SLOW_MS_MAX), resolve);
        });
      }
      return { name, version };
    } finally {
      log.add({ kind: 'load-ended', ...load });
    }
  }
}
