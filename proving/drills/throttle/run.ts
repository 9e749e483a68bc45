/** Runs one throttle drill: instances of its own, many callers, phases of load, and what each caller got. */

import { conduct, settingOf, type Drilling, type OptionsOf } from '../frame.ts';
import { DEFAULT_LOAD, now } from '../load/index.ts';
import type { ThrottleFaultKind } from '../model.ts';
import { pause } from '../pause.ts';
import type { DrillPlace, DrillTask } from '../ports.ts';
import { readStatus } from './application-status.ts';
import { toThrottleLine } from './line.ts';
import { startThrottleLoad, type RunningThrottleLoad } from './load/index.ts';
import type { Phase, PhaseTimes, ThrottleLine } from './model.ts';
import {
  RESOURCE,
  type Look,
  type StandingFault,
  type ThrottleRun,
  type ThrottleScenario,
  type ThrottleSetting,
} from './types.ts';

export type ThrottleDrillOptions = OptionsOf<ThrottleScenario, ThrottleFaultKind>;

const WARM_UP_MS_MIN = 5000;
/** New leases grow only after what was given before may have ended. */
const WARM_UP_MS_MAX = 75_000;
/** Warm: for so long everything was served. */
const WARM_MS = 3000;
const POLL_MS = 250;

export function runThrottleDrill(place: DrillPlace, options: ThrottleDrillOptions): Promise<ThrottleLine> {
  const setting: ThrottleSetting = settingOf(place, options);
  const drill = new ThrottleDrill(place, options, setting);
  return conduct(place, { name: options.scenario.name, setting }, drill);
}

class ThrottleDrill implements Drilling<ThrottleLine> {
  readonly #place: DrillPlace;
  readonly #options: ThrottleDrillOptions;
  readonly #setting: ThrottleSetting;
  readonly #tasks: DrillTask[] = [];
  readonly #phases: PhaseTimes[] = [];
  readonly #looks: Look[] = [];
  #load: RunningThrottleLoad | null = null;
  #lagMsMax = 0;
  #fault: StandingFault | null = null;
  #faultVerified = true;
  #quotasInForceMs: number | null = null;

  constructor(place: DrillPlace, options: ThrottleDrillOptions, setting: ThrottleSetting) {
    this.#place = place;
    this.#options = options;
    this.#setting = setting;
  }

  /** Starts what is drilled and what it is drilled with, until everything that is asked is served. */
  async prepare(): Promise<void> {
    const { scenario, control, signal } = this.#options;
    const place = this.#place;
    for (const { name, env } of scenario.instances) {
      // One that a drill has left behind which was killed has other variables, and another key for its tokens.
      await place.endTask(name);
      this.#tasks.push(await place.startTask(name, control ? 'control' : 'shop', env));
    }
    if (!control) {
      place.say(`${scenario.name}: putting its quotas`);
      this.#quotasInForceMs = await place.setQuotas(RESOURCE, scenario.quotas, this.#tasks[0]);
    }
    const urls = this.#tasks.map(({ url }) => url);
    const load = startThrottleLoad({ urls, tokenKey: place.tokenKey, products: DEFAULT_LOAD.products });
    this.#load = load;
    const phases = scenario.phases(this.#setting);
    await load.prepare([...scenario.warmUp, ...phases.flatMap(({ streams }) => streams)]);
    const from = await load.begin({ name: 'warm-up', streams: scenario.warmUp });
    await pause(WARM_UP_MS_MIN, signal);
    if (control) return;
    while (!isWarm(load) && now() < from + WARM_UP_MS_MAX) await pause(POLL_MS, signal);
    if (!isWarm(load)) place.say('the warm-up is over, and not everything was served in it');
  }

  async run(): Promise<void> {
    const { scenario } = this.#options;
    for (const phase of scenario.phases(this.#setting)) {
      if (phase.name === scenario.faultUntil) await this.#fault?.release();
      await this.#runPhase(phase);
    }
    await this.#look('end');
  }

  async clear(): Promise<void> {
    const place = this.#place;
    const say = (error: unknown): void => place.say(`not cleared: ${(error as Error).message}`);
    await this.#fault?.release().catch(say);
    const load = await this.#load?.stop().catch(say);
    this.#lagMsMax = load?.lagMsMax ?? 0;
    for (const { name } of this.#tasks) await place.endTask(name).catch(say);
    if (!this.#options.control) await place.setQuotas(RESOURCE, null).catch(say);
  }

  async conclude(): Promise<ThrottleLine> {
    const { scenario, seed } = this.#options;
    const countedFrom = this.#phases[0]!.from;
    const run: ThrottleRun = {
      setting: this.#setting,
      quotas: scenario.quotas,
      samples: this.#load!.samples.filter((s) => s.scheduledAt >= countedFrom && s.phase !== 'warm-up'),
      phases: this.#phases,
      looks: this.#looks,
    };
    return toThrottleLine({
      scenario,
      run,
      seed,
      faultVerified: this.#faultVerified && (scenario.loadVerified?.(run) ?? true),
      quotasInForceMs: this.#quotasInForceMs,
      denied: await this.#place.denied(countedFrom),
      loadPct: null,
      lagMsMax: this.#lagMsMax,
      versions: this.#place.versions,
    });
  }

  async #runPhase(phase: Phase): Promise<void> {
    const { scenario, signal } = this.#options;
    const load = this.#load!;
    await this.#look(phase.name);
    this.#place.say(`${phase.name}: ${ratesOf(phase)}`);
    const from = await load.begin(phase);
    if (phase.name === scenario.faultFrom && scenario.inject) {
      const stage = { place: this.#place, setting: this.#setting, tasks: this.#tasks, load, signal };
      this.#fault = await scenario.inject(stage);
      this.#faultVerified = await this.#fault.verify();
    }
    await pause(from + phase.ms - now(), signal);
    this.#phases.push({ name: phase.name, from, to: now() });
  }

  async #look(before: string): Promise<void> {
    const statuses = await Promise.all(this.#tasks.map(({ url }) => readStatus(url)));
    this.#looks.push({ before, statuses });
  }
}

function isWarm({ samples }: RunningThrottleLoad): boolean {
  const since = now() - WARM_MS;
  const recent = samples.filter(({ completedAt }) => completedAt >= since);
  return recent.length > 0 && recent.every(({ ok }) => ok);
}

function ratesOf({ streams, ms }: Phase): string {
  const rates = streams.map(({ name, perS }) => `${perS}/s ${name}`);
  return `${rates.join(', ')} for ${ms / 1000} s`;
}
