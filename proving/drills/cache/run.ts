/** Runs one cache drill: a full cache, steady load, one fault of shards, what users saw, and the read-back. */

import { UnderstudyError } from '../../../core/errors.ts';
import { functionsRun } from '../conditions.ts';
import { BEFORE_MS, conduct, settingOf, WARM_UP_MS, type Drilling, type OptionsOf } from '../frame.ts';
import { now } from '../load/index.ts';
import type { CacheFaultKind, CacheNode } from '../model.ts';
import { pause } from '../pause.ts';
import type { DrillPlace } from '../ports.ts';
import { fraction } from '../victim.ts';
import { steadyAim } from './aims.ts';
import { injectShardFault } from './faults/index.ts';
import { toCacheLine } from './line.ts';
import type { Aim } from './load/index.ts';
import { lookAt, ReturnLook } from './looks.ts';
import type { CacheLine, CacheSample } from './model.ts';
import { nodesBack } from './nodes.ts';
import { CacheStage } from './stage.ts';
import type { CacheScenario, CacheSetting, Layout, Look, ShardFault } from './types.ts';

export type CacheDrillOptions = OptionsOf<CacheScenario, CacheFaultKind>;

/** A look at the shards that were not broken, while the fault stands, takes so long at most on a busy machine. */
const LOOK_MS_MAX = 2500;
/** From the fault: so long is looked at in any case. */
const AFTER_FAULT_MS = 20_000;
/** A replacement takes AWS two minutes, and a tenth of it at the fast pace. */
const REPLACED_MS_MAX = { fast: 60_000, aws: 300_000 };

export function runCacheDrill(place: DrillPlace, options: CacheDrillOptions): Promise<CacheLine> {
  const setting: CacheSetting = settingOf(place, options);
  const drill = new CacheDrill(place, options, setting);
  return conduct(place, { name: options.scenario.name, setting }, drill);
}

class CacheDrill implements Drilling<CacheLine> {
  readonly #place: DrillPlace;
  readonly #options: CacheDrillOptions;
  readonly #setting: CacheSetting;
  readonly #stage: CacheStage;
  #layout!: Layout;
  #aim!: Aim;
  #countedFrom = 0;
  #fault: ShardFault | null = null;
  #faultVerified = false;
  #returnedAt: number | null = null;
  #endedAt = 0;
  #lagMsMax = 0;
  readonly #returnLooks: ReturnLook[] = [];
  readonly #looks: Look[] = [];
  readonly #returns: Look[] = [];
  #last: readonly Look[] = [];
  #visits: readonly CacheSample[] = [];

  constructor(place: DrillPlace, options: CacheDrillOptions, setting: CacheSetting) {
    this.#place = place;
    this.#options = options;
    this.#setting = setting;
    this.#stage = new CacheStage(place, options);
  }

  /** A cache that holds everything, and a load that knows where it goes. */
  async prepare(): Promise<void> {
    const { scenario, seed } = this.#options;
    const { nodes, home } = await this.#stage.prepare();
    this.#layout = { victims: scenario.victims(nodes, fraction(seed)), home };
    const { products } = this.#stage;
    this.#aim = steadyAim({ products, home, shards: nodes.length, seed });
  }

  async run(): Promise<void> {
    const { signal, scenario } = this.#options;
    const { load } = this.#stage;
    await load.begin(this.#aim);
    await pause(WARM_UP_MS, signal);
    this.#countedFrom = now();
    await pause(BEFORE_MS, signal);
    await this.#break();
    if (scenario.aimDuring) await load.begin(scenario.aimDuring(this.#layout, this.#aim));
    const overAt = this.#fault!.at + scenario.holdMs;
    await pause(overAt - LOOK_MS_MAX - now(), signal);
    await this.#lookAtOthers();
    await pause(overAt - now(), signal);
    await this.#return();
    if (scenario.aimAfter) await load.begin(scenario.aimAfter(this.#layout, this.#aim));
    const ends = [this.#fault!.at + AFTER_FAULT_MS, (this.#returnedAt ?? 0) + scenario.afterMs];
    await pause(Math.max(...ends) - now(), signal);
    this.#endedAt = now();
    await this.#readBack();
  }

  async clear(): Promise<void> {
    const say = (error: unknown): void => this.#place.say(`not cleared: ${(error as Error).message}`);
    for (const look of this.#returnLooks) look.close();
    await this.#fault?.release().catch(say);
    this.#lagMsMax = await this.#stage.end();
  }

  async conclude(): Promise<CacheLine> {
    const { scenario, seed } = this.#options;
    const faultAt = this.#fault!.at;
    return toCacheLine({
      scenario,
      seed,
      run: {
        setting: this.#setting,
        layout: this.#layout,
        samples: this.#stage.load.samples,
        countedFrom: this.#countedFrom,
        faultAt,
        returnedAt: this.#returnedAt,
        endedAt: this.#endedAt,
        looks: this.#looks,
        returns: this.#returns,
        last: this.#last,
        visits: this.#visits,
        before: this.#stage.before,
        after: this.#stage.after,
        fills: this.#stage.fills,
      },
      faultVerified: this.#faultVerified,
      records: functionsRun(this.#setting) ? await this.#place.cacheRecords(faultAt) : null,
      denied: await this.#place.denied(faultAt),
      loadPct: this.#options.loadPct,
      lagMsMax: this.#lagMsMax,
      versions: this.#place.versions,
    });
  }

  async #break(): Promise<void> {
    const { fault } = this.#options;
    const place = this.#place;
    const { victims } = this.#layout;
    if (fault === 'hang' || fault === 'partition') await this.#openReturnLooks(victims);
    place.say(`${fault} of ${victims.map(({ id, az }) => `${id} (${az})`).join(' and ')}`);
    const context = { place, victims, nodes: this.#stage.nodes, now };
    this.#fault = await injectShardFault(fault, context);
    this.#faultVerified = await this.#fault.verify();
  }

  /** The way of a plain client to the victims, made while they answer. */
  async #openReturnLooks(victims: readonly CacheNode[]): Promise<void> {
    for (const victim of victims) {
      const look = new ReturnLook(this.#place, victim, this.#stage.products);
      this.#returnLooks.push(look);
      await look.open();
    }
  }

  /** The shards can be reached again: by our hand, or by the managed service's. What they hold then is read at once. */
  async #return(): Promise<void> {
    const { fault, scenario, signal } = this.#options;
    const { victims } = this.#layout;
    const place = this.#place;
    if (fault === 'flush') {
      this.#returnedAt = this.#fault!.at;
      return;
    }
    if (fault === 'kill') {
      if (scenario.returnsWithOldData) await Promise.all(victims.map((node) => place.restartOnOldData(node)));
      const limit = { untilMs: now() + REPLACED_MS_MAX[this.#setting.pace], signal };
      const back = await nodesBack(place, victims, limit);
      this.#returnedAt = now();
      if (back.length < victims.length) throw notBack(victims, back);
      const { products } = this.#stage;
      this.#returns.push(...(await lookAt(place, back, products)));
      place.say(`${back.map(({ id }) => id).join(' and ')} is there again`);
      return;
    }
    for (const look of this.#returnLooks) look.ask();
    if (fault === 'partition') await this.#answers();
    await this.#fault!.release();
    this.#returnedAt = now();
    place.say(`the ${fault} of ${victims.map(({ id }) => id).join(' and ')} is over`);
    if (fault === 'hang') await this.#answers();
  }

  async #answers(): Promise<void> {
    this.#returns.push(...(await Promise.all(this.#returnLooks.map((look) => look.answer()))));
  }

  async #lookAtOthers(): Promise<void> {
    const { victims } = this.#layout;
    const others = this.#stage.nodes.filter(({ id }) => !victims.some((victim) => victim.id === id));
    this.#looks.push(...(await lookAt(this.#place, others, this.#stage.products)));
  }

  /** When nothing is written any more: the shards, the database, and what the application answers. */
  async #readBack(): Promise<void> {
    const stage = this.#stage;
    await stage.load.pause();
    this.#place.say('reading back what was acknowledged');
    this.#last = await lookAt(this.#place, await stage.currentNodes(), stage.products);
    this.#looks.push(...this.#last);
    await stage.readAfter();
    const written = stage.load.samples.filter(({ kind }) => kind === 'write').map(({ product }) => product);
    this.#visits = await stage.load.visit([...new Set(written)]);
  }
}

function notBack(victims: readonly CacheNode[], back: readonly CacheNode[]): UnderstudyError {
  const away = victims.filter(({ id }) => !back.some((node) => node.id === id)).map(({ id }) => id);
  const message = `${away.join(' and ')} did not come back. Fix: look at what the sandbox logged of it.`;
  return new UnderstudyError(message, { code: 'not-replaced', advice: 'check' });
}
