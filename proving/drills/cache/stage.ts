/** What a cache drill stands on: instances of its own, a full cache, the load, and the versions of the database. */

import { UnderstudyError } from '../../../core/errors.ts';
import { atShare, DEFAULT_LOAD } from '../load/index.ts';
import type { CacheNode } from '../model.ts';
import { pause } from '../pause.ts';
import type { DrillPlace, DrillTask } from '../ports.ts';
import { emptied } from './faults/index.ts';
import { readFills, type Fills } from './fills.ts';
import { homeByLooks, homeBySlots, type Home } from './home.ts';
import { startCacheLoad, type RunningCacheLoad } from './load/index.ts';
import { lookAt } from './looks.ts';
import { mainNodes } from './nodes.ts';
import type { Versions } from './statistics.ts';
import { readVersions } from './truth.ts';
import type { CacheScenario } from './types.ts';

export interface StageOptions {
  readonly scenario: CacheScenario;
  readonly control: boolean;
  readonly loadPct?: number;
  readonly signal: AbortSignal;
}

/** A cache that starts is opened shard by shard; each then serves what was filled. */
const SERVING_MS_MAX = 60_000;
const LOOK_PAUSE_MS = 500;
/** Keys of each shard that are read to see whether it serves. */
const SAMPLE_PER_SHARD = 4;

export class CacheStage {
  readonly #place: DrillPlace;
  readonly #options: StageOptions;
  readonly #tasks: DrillTask[] = [];
  #nodes: readonly CacheNode[] = [];
  #load: RunningCacheLoad | null = null;
  #before: Versions | null = null;
  #after: Versions | null = null;
  #fills: readonly (Fills | null)[] = [];
  #isShopAway = false;

  constructor(place: DrillPlace, options: StageOptions) {
    this.#place = place;
    this.#options = options;
  }

  get nodes(): readonly CacheNode[] {
    return this.#nodes;
  }

  get load(): RunningCacheLoad {
    if (this.#load) return this.#load;
    throw new Error('the load begins with prepare');
  }

  get products(): readonly number[] {
    return [...(this.#before?.keys() ?? [])];
  }

  get before(): Versions | null {
    return this.#before;
  }

  get after(): Versions | null {
    return this.#after;
  }

  get fills(): readonly (Fills | null)[] {
    return this.#fills;
  }

  /** Rejects where there is no cache, or where it does not come to serve. */
  async prepare(): Promise<{ readonly nodes: readonly CacheNode[]; readonly home: Home }> {
    const place = this.#place;
    const { control, loadPct } = this.#options;
    this.#nodes = await mainNodes(place);
    if (control) await this.#sendShopAway();
    await this.#startInstances();
    this.#before = await readVersions(place);
    if (!this.#before) throw unreadable();
    // What an earlier drill has left would expire in the middle of this one, or hide that nothing is stored.
    await emptied(place, await place.cacheNodes());
    const urls = this.#tasks.map(({ url }) => url);
    this.#load = startCacheLoad({ urls, ...atShare(DEFAULT_LOAD, loadPct) });
    const home = homeBySlots(this.products, this.#nodes.length);
    place.say(`reading ${this.products.length} products, until every shard serves what it was given`);
    await this.#fill(home);
    if (!control) return { nodes: this.#nodes, home };
    return { nodes: this.#nodes, home: homeByLooks(await lookAt(place, this.#nodes, this.products)) };
  }

  /** As they are now: a replacement has another address. */
  currentNodes(): Promise<readonly CacheNode[]> {
    return mainNodes(this.#place);
  }

  /** The end of the load: what the database holds, and what the instances counted. */
  async readAfter(): Promise<void> {
    this.#after = await readVersions(this.#place);
    this.#fills = await Promise.all(this.#tasks.map(({ url }) => readFills(url)));
  }

  /** Never rejects. Answers by how much the load was late at most. */
  async end(): Promise<number> {
    const place = this.#place;
    const say = (error: unknown): void => place.say(`not cleared: ${(error as Error).message}`);
    const load = await this.#load?.stop().catch(say);
    for (const { name } of this.#tasks) await place.endTask(name).catch(say);
    if (this.#isShopAway) await place.application('shop').catch(say);
    return load?.lagMsMax ?? 0;
  }

  /** Our own application looks after shards wherever it runs: the control is to be without it. */
  async #sendShopAway(): Promise<void> {
    this.#place.say('our own application ends for as long as the control runs');
    this.#isShopAway = true;
    await this.#place.endTask('shop');
  }

  async #startInstances(): Promise<void> {
    const { scenario, control } = this.#options;
    for (const { name, env } of scenario.instances) {
      // One that an earlier drill has left behind has counted already.
      await this.#place.endTask(name);
      this.#tasks.push(await this.#place.startTask(name, control ? 'control' : 'shop', env));
    }
  }

  /** Reads everything, again and again, until some keys of each shard are hits; then everything once more. */
  async #fill(home: Home): Promise<void> {
    const { signal } = this.#options;
    const samples = this.#nodes.flatMap(({ shard }) =>
      this.products.filter((product) => home(product) === shard).slice(0, SAMPLE_PER_SHARD),
    );
    const load = this.load;
    const deadline = performance.now() + SERVING_MS_MAX;
    for (;;) {
      const visits = await load.visit(samples);
      if (visits.every(({ source }) => source === 'hit')) break;
      if (performance.now() >= deadline)
        throw notServing(visits.filter(({ source }) => source !== 'hit').length);
      await pause(LOOK_PAUSE_MS, signal);
    }
    await load.visit(this.products);
  }
}

function unreadable(): UnderstudyError {
  const message = 'The catalogue cannot be read from the database over a plain connection.';
  return new UnderstudyError(message, { code: 'no-truth', advice: 'check' });
}

function notServing(misses: number): UnderstudyError {
  const message = `The cache does not serve: after ${SERVING_MS_MAX / 1000} s ${misses} products are still no hits.`;
  return new UnderstudyError(message, { code: 'not-serving', advice: 'check' });
}
