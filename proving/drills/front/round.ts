/** One round of a front drill: load through the door, one fault, and what users saw of it. */

import { readBack, type ReadBack } from '../checker.ts';
import { BEFORE_MS, WARM_UP_MS } from '../frame.ts';
import { atShare, DOOR_LOAD, now, startLoad, type RunningLoad } from '../load/index.ts';
import { ManagedWatch } from '../managed.ts';
import { prepareMarks } from '../marks.ts';
import { badUntilMs } from '../measure/statistics.ts';
import type { Sample } from '../model.ts';
import { pause } from '../pause.ts';
import type { DrillPlace } from '../ports.ts';
import { fraction } from '../victim.ts';
import { watchDeployment } from './deployment.ts';
import { injectFrontFault } from './faults/index.ts';
import type { Deployed, FrontPlace } from './ports.ts';
import { takeStock } from './stock.ts';
import { CLIENT_ADDRESS } from './targets.ts';
import type { FrontScenario, FrontSetting, StandingFault, Target } from './types.ts';

export interface RoundOptions {
  readonly scenario: FrontScenario;
  readonly setting: FrontSetting;
  readonly seed: number;
  readonly loadPct: number | undefined;
  readonly signal: AbortSignal;
}

/** What a round saw. Times are epoch ms. */
export interface Seen {
  readonly target: Target;
  /** Everything after the warm-up. */
  readonly samples: readonly Sample[];
  readonly countedFrom: number;
  readonly faultAt: number;
  readonly endedAt: number;
  readonly faultVerified: boolean;
  /** When somebody else was seen to write; null where that is not looked for, or was not seen. */
  readonly managedAt: number | null;
  readonly controlPlaneCalls: number;
  readonly deployed: Deployed | null;
  readonly newVersionPct: number | null;
  readonly readBack: ReadBack;
}

/** Products of the catalogue that the load asks for: enough that each shard holds many. */
const CATALOG_PRODUCTS = 4000;
/** How long a change of the writer is waited for, and looked at once it is seen. */
const MANAGED_MS_MAX = { fast: 30_000, aws: 120_000 };
const MANAGED_SEEN_MS = 1500;
const AFTER_RETURN_MS = 10_000;
/** A long watch ends when nothing was bad for so long. */
const SETTLED_MS = 15_000;
const POLL_MS = 250;

export class Round {
  readonly #place: DrillPlace;
  readonly #front: FrontPlace;
  readonly #options: RoundOptions;
  #load: RunningLoad | null = null;
  #fault: StandingFault | null = null;
  #watch: ManagedWatch | null = null;
  #lagMsMax = 0;

  constructor(place: DrillPlace, front: FrontPlace, options: RoundOptions) {
    this.#place = place;
    this.#front = front;
    this.#options = options;
  }

  get lagMsMax(): number {
    return this.#lagMsMax;
  }

  async run(): Promise<Seen> {
    const { scenario, setting, signal, loadPct } = this.#options;
    await prepareMarks(this.#place);
    const door = { ...this.#front.door, from: CLIENT_ADDRESS };
    const to = { door, plain: setting.control };
    const load = startLoad({ to, ...atShare(DOOR_LOAD, loadPct), catalog: CATALOG_PRODUCTS });
    this.#load = load;
    await pause(WARM_UP_MS, signal);
    const countedFrom = now();
    await pause(BEFORE_MS, signal);
    const changesBefore = await this.#front.route53Changes();
    const happened = scenario.deployment ? await this.#deploy(scenario.deployment) : await this.#break(load);
    const endedAt = now();
    const controlPlaneCalls = (await this.#front.route53Changes()) - changesBefore;
    await this.clear();
    this.#place.say('reading back what was acknowledged');
    const back = await readBack(this.#place, load.tag, load.samples);
    const samples = load.samples.filter(({ scheduledAt }) => scheduledAt >= countedFrom);
    return { ...happened, samples, countedFrom, endedAt, controlPlaneCalls, readBack: back };
  }

  /** Ends everything that still stands. Never rejects; may be called again. */
  async clear(): Promise<void> {
    const say = (error: unknown): void => this.#place.say(`not cleared: ${(error as Error).message}`);
    this.#watch?.stop();
    await this.#fault?.release().catch(say);
    const load = this.#load;
    this.#load = null;
    const stopped = await load?.stop().catch(say);
    this.#lagMsMax = Math.max(this.#lagMsMax, stopped?.lagMsMax ?? 0);
  }

  async #break(load: RunningLoad): Promise<Happened> {
    const { scenario, setting, seed } = this.#options;
    const place = this.#place;
    const target = scenario.target(await takeStock(place, this.#front), fraction(seed));
    if (!target) throw new Error(`${scenario.name} finds nothing to break`);
    place.say(`${setting.fault} of ${target.name}`);
    const { slowMs } = scenario;
    const fault = await injectFrontFault(setting.fault, { place, target, slowMs });
    this.#fault = fault;
    if (target.writer) this.#watch = new ManagedWatch(place, target.writer.address, load.tag);
    const faultVerified = await fault.verify();
    const releasedAt = await this.#hold(fault, target);
    await this.#look(
      load,
      Math.max(fault.at + scenario.watchMs(setting), releasedAt + AFTER_RETURN_MS),
      fault.at,
    );
    return {
      target,
      faultAt: fault.at,
      faultVerified,
      managedAt: this.#watch?.at ?? null,
      deployed: null,
      newVersionPct: null,
    };
  }

  async #deploy(what: NonNullable<FrontScenario['deployment']>): Promise<Happened> {
    const { scenario, setting, signal } = this.#options;
    const target = scenario.target(await takeStock(this.#place, this.#front), 0)!;
    const how = setting.control ? 'restart' : 'rolling';
    this.#place.say(`deploying a ${what} version of the web tier (${how})`);
    const faultAt = now();
    const watched = await watchDeployment(this.#front, { what, how });
    await pause(scenario.watchMs(setting), signal);
    return { target, faultAt, managedAt: null, ...watched };
  }

  /** Epoch ms at which the fault ended by us. */
  async #hold(fault: StandingFault, target: Target): Promise<number> {
    const { scenario, setting, signal } = this.#options;
    await pause(fault.at + scenario.holdMs - now(), signal);
    const managedAt = await this.#watch?.until(fault.at + MANAGED_MS_MAX[setting.pace], signal);
    if (managedAt != null) await pause(managedAt + MANAGED_SEEN_MS - now(), signal);
    if (setting.fault === 'kill') return fault.at;
    await fault.release();
    this.#place.say(`the ${setting.fault} of ${target.name} is over`);
    return now();
  }

  async #look(load: RunningLoad, until: number, faultAt: number): Promise<void> {
    const { signal } = this.#options;
    while (now() < until) {
      await pause(Math.min(POLL_MS, until - now()), signal);
      const lastBad = faultAt + badUntilMs(load.samples, faultAt);
      const isLong = until - faultAt > MANAGED_MS_MAX.fast + SETTLED_MS;
      if (isLong && lastBad > faultAt && now() > lastBad + SETTLED_MS) return;
    }
  }
}

type Happened = Omit<Seen, 'samples' | 'countedFrom' | 'endedAt' | 'controlPlaneCalls' | 'readBack'>;
