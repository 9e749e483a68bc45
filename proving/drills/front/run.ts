/** Runs one front drill: the floor of the balancer where that is measured, then the round that counts. */

import { UnderstudyError } from '../../../core/errors.ts';
import { functionsRun } from '../conditions.ts';
import { conduct, settingOf, type Drilling, type OptionsOf } from '../frame.ts';
import { evidence, failoverCalledAt, sightingOf, together } from '../measure/evidence.ts';
import type { FrontFaultKind } from '../model.ts';
import type { DrillPlace } from '../ports.ts';
import { settle } from '../settle.ts';
import { now } from '../load/index.ts';
import { firstFailures, toFrontLine } from './line.ts';
import type { FrontLine } from './model.ts';
import type { FrontPlace } from './ports.ts';
import { Round, type Seen } from './round.ts';
import type { FrontScenario, FrontSetting } from './types.ts';

export type FrontDrillOptions = OptionsOf<FrontScenario, FrontFaultKind>;

/** Until all that was killed is replaced, and a zone that requests were led away from has been well for two minutes. */
const HEALED_MS_MAX = { fast: 240_000, aws: 600_000 };

export function runFrontDrill(place: DrillPlace, options: FrontDrillOptions): Promise<FrontLine> {
  const setting: FrontSetting = settingOf(place, options);
  const { front } = place;
  if (front === null) throw noFront();
  const drill = new FrontDrill({ ...place, front }, options, setting);
  return conduct(place, { name: options.scenario.name, setting }, drill);
}

type Place = DrillPlace & { readonly front: FrontPlace };

class FrontDrill implements Drilling<FrontLine> {
  readonly #place: Place;
  readonly #options: FrontDrillOptions;
  readonly #setting: FrontSetting;
  #floor: Round | null = null;
  #round: Round | null = null;
  #controlFailed: number | null = null;
  #seen!: Seen;

  constructor(place: Place, options: FrontDrillOptions, setting: FrontSetting) {
    this.#place = place;
    this.#options = options;
    this.#setting = setting;
  }

  async prepare(): Promise<void> {
    const { scenario, control, fault, signal } = this.#options;
    if (control && scenario.controlPool) await this.#place.front.setPool(scenario.controlPool);
    if (scenario.measuresFloor && functionsRun(this.#setting)) await this.#measureFloor();
    const changesWriter = scenario.name === 'zone-writer' && fault === 'partition';
    if (changesWriter && functionsRun(this.#setting)) await settle(this.#place, 'failover', { now, signal });
  }

  async run(): Promise<void> {
    this.#round = this.#newRound(this.#setting);
    this.#seen = await this.#round.run();
  }

  async clear(): Promise<void> {
    await this.#floor?.clear();
    await this.#round?.clear();
  }

  async conclude(): Promise<FrontLine> {
    const { scenario, seed } = this.#options;
    const place = this.#place;
    const seen = this.#seen;
    const { faultAt, target } = seen;
    const ran = functionsRun(this.#setting);
    const [database, cache, front] = ran
      ? await Promise.all([place.records(faultAt), place.cacheRecords(faultAt), place.front.records(faultAt)])
      : [null, null, null];
    const told = evidence(database, {
      fault: 'kill',
      memberId: target.writer?.id ?? '',
      az: target.writer?.az ?? '',
      faultAt,
    });
    const line = toFrontLine({
      scenario,
      seed,
      run: {
        ...seen,
        setting: this.#setting,
        target: target.name,
        controlFailed: this.#controlFailed,
        managedFrom: this.#setting.fault === 'kill' ? faultAt : failoverCalledAt(database, faultAt),
      },
      sighting: together([database, cache, front].map((one) => sightingOf(one, target.ids, faultAt))),
      promotions: told.promotions,
      removed: told.removed,
      denied: await place.denied(faultAt),
      loadPct: this.#options.loadPct,
      lagMsMax: this.#round?.lagMsMax ?? 0,
      versions: place.versions,
    });
    await this.#heal();
    return line;
  }

  /** The same fault while none of our functions runs: what the balancer alone lets happen. */
  async #measureFloor(): Promise<void> {
    const place = this.#place;
    place.say(`${this.#options.scenario.name}: first without our functions, for the floor of the balancer`);
    await place.setFunctions(false);
    try {
      this.#floor = this.#newRound({ ...this.#setting, without: 'functions' });
      const { samples, faultAt } = await this.#floor.run();
      this.#controlFailed = firstFailures(samples, faultAt);
    } finally {
      await place.setFunctions(true);
    }
    place.say('waiting until what was broken is whole again');
    await place.healthy(HEALED_MS_MAX[this.#setting.pace]);
  }

  /** Whoever comes next finds everything as it was. */
  async #heal(): Promise<void> {
    const { scenario, control } = this.#options;
    const place = this.#place;
    if (scenario.deployment) await place.front.restore();
    if (control && scenario.controlPool) await place.front.setPool('ours');
    place.say('waiting until everything is whole again');
    await place.healthy(HEALED_MS_MAX[this.#setting.pace]);
  }

  #newRound(setting: FrontSetting): Round {
    const { scenario, seed, signal, loadPct } = this.#options;
    return new Round(this.#place, this.#place.front, { scenario, setting, seed, loadPct, signal });
  }
}

function noFront(): UnderstudyError {
  return new UnderstudyError(
    'The environment has no edge to break. Fix: deploy one whose profile has tiers.edge and tiers.web.',
    { code: 'no-front', advice: 'give-up' },
  );
}
