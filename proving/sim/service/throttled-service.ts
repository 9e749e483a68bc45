/** The throttled service of a run: its instances, its callers, and what each second of it was like. */

import type { ServiceTarget } from '../faults/inject-service.ts';
import type { Random, SimClock } from '../kernel/index.ts';
import { Caller, DEADLINE_MS, type RetryHabit } from './caller.ts';
import { Instance, type Guard, type GuardSite } from './instance.ts';
import { CALM, heavierOf, rateOf, type LoadState } from './load.ts';
import type { ServiceSite } from './site.ts';
import { Tally } from './tally.ts';
import type { Allowance, InstanceAllowance, ServiceSecond, ServiceView } from './view.ts';

export interface ServiceOptions {
  readonly clock: SimClock;
  readonly random: Random;
  readonly site: ServiceSite;
  guardOf(site: GuardSite): Guard;
  /** How callers retry, where no storm says otherwise. @default 'budget' */
  readonly habit?: RetryHabit;
  loseTable(): void;
}

const SECOND_MS = 1000;
const NONE: Allowance = { perSecond: 0, lease: null, callers: {} };

export class ThrottledService implements ServiceView, ServiceTarget {
  readonly site: ServiceSite;
  readonly seconds: ServiceSecond[] = [];
  readonly places: readonly Instance[];
  readonly load: LoadState = { ...CALM };
  readonly #options: ServiceOptions;
  readonly #tally: Tally;
  #onStorm: (() => void) | null = null;
  readonly #samples: Omit<ServiceSecond, 'callers'>[] = [];
  #admitted = 0;
  #capacityMin = Infinity;

  constructor(options: ServiceOptions) {
    const { clock, random, site } = options;
    this.#options = options;
    this.site = site;
    this.#tally = new Tally(clock.now(), DEADLINE_MS);
    this.places = Array.from(
      { length: site.instances },
      (_, place) =>
        new Instance({
          clock,
          random: random.fork(`instance-${place}`),
          site,
          place,
          guardOf: options.guardOf,
        }),
    );
    for (const caller of site.callers) this.#call(caller);
    this.#tick();
  }

  /** To be told of each request that a throttle lets through. */
  admitted(): void {
    this.#admitted += 1;
  }

  crash(place: number): boolean {
    const was = this.places[place]?.isReachable ?? false;
    this.places[place]?.crash();
    this.#changed();
    return was;
  }

  freeze(place: number): boolean {
    this.places[place]?.freeze();
    this.#changed();
    return this.places[place]?.isFrozen ?? false;
  }

  thaw(place: number): void {
    this.places[place]?.thaw();
  }

  setOff(place: number, ms: number): void {
    this.places[place]?.setOff(ms);
  }

  keepSlots(share: number): void {
    for (const place of this.places) place.keepSlots(share);
    this.#changed();
  }

  loseTable(): void {
    this.#options.loseTable();
  }

  setLoad({ times, flood, onStorm }: Parameters<ServiceTarget['setLoad']>[0]): void {
    Object.assign(this.load, { times, flood, isStorm: onStorm !== null });
    this.#onStorm = onStorm;
  }

  /** What the slots that take work now bear, requests a second. */
  get bearsPerS(): number {
    const slots = this.places.reduce((sum, place) => sum + place.slots, 0);
    return (slots * SECOND_MS) / this.site.workMs;
  }

  #changed(): void {
    this.#capacityMin = Math.min(this.#capacityMin, this.bearsPerS);
  }

  #call(caller: ServiceSite['callers'][number]): void {
    const { clock, random, site, habit = 'budget' } = this.#options;
    const usesBudget = caller.kind === 'steady';
    void new Caller({
      site: caller,
      clock,
      random: random.fork(caller.name),
      front: { instances: this.places },
      tally: this.#tally,
      rate: () => rateOf(caller, site.callers, this.load),
      habit: () => (this.load.isStorm && !usesBudget ? 'storm' : habit),
      onStorm: () => this.#onStorm?.(),
    });
  }

  #tick(): void {
    const { clock } = this.#options;
    const before = { ...this.load };
    clock.after(SECOND_MS, () => {
      this.#changed();
      this.#samples.push({
        at: clock.now() - SECOND_MS,
        load: heavierOf(before, this.load),
        bearsPerS: this.#capacityMin,
        admitted: this.#admitted,
        asked: this.places.reduce((sum, { asked }) => sum + asked, 0),
        instances: this.places.map(allowanceOf),
      });
      this.#capacityMin = this.bearsPerS;
      this.#tally.close(clock.now());
      this.#merge();
      this.#tick();
    });
  }

  #merge(): void {
    while (this.seconds.length < this.#tally.seconds.length) {
      const index = this.seconds.length;
      this.seconds.push({ ...this.#samples[index]!, callers: this.#tally.seconds[index]!.callers });
    }
  }
}

function allowanceOf({ process, isFrozen }: Instance): InstanceAllowance {
  if (process === null) return { ...NONE, instance: null, isFrozen };
  return { ...process.guard.allowance(), instance: process.id, isFrozen };
}
