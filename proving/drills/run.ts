/** Runs one drill: steady load, one fault, what users saw, and the read-back. */

import { readBack } from './checker.ts';
import { inject, type Fault } from './faults/index.ts';
import { BEFORE_MS, conduct, settingOf, WARM_UP_MS, type Drilling, type OptionsOf } from './frame.ts';
import { toLine } from './line.ts';
import { atShare, DEFAULT_LOAD, now, startLoad, type RunningLoad } from './load/index.ts';
import { ManagedWatch } from './managed.ts';
import { prepareMarks } from './marks.ts';
import type { DrillLine, FaultKind, Member } from './model.ts';
import { OldWriter } from './old-writer.ts';
import { pause } from './pause.ts';
import type { DrillPlace } from './ports.ts';
import type { Scenario, Setting } from './scenarios/index.ts';
import { settle } from './settle.ts';
import { chooseVictim } from './victim.ts';

export type DrillOptions = OptionsOf<Scenario, FaultKind>;

const AFTER_MS = 20_000;
/** After the fault has ended or the writer has changed: both are part of what users see. */
const AFTER_RETURN_MS = 10_000;
/** A promotion is looked at for so long before the old writer may wake. */
const PROMOTED_MS = 1500;
/** The old writer is written to from before it wakes. */
const BEFORE_WAKING_MS = 500;
/** Bounds of waiting, at the fast pace; AWS's pace takes up to ten times as long. */
const MANAGED_MS_MAX = { fast: 30_000, aws: 120_000 };

export function runDrill(place: DrillPlace, options: DrillOptions): Promise<DrillLine> {
  const setting: Setting = settingOf(place, options);
  return conduct(place, { name: options.scenario.name, setting }, new Drill(place, options, setting));
}

class Drill implements Drilling<DrillLine> {
  readonly #place: DrillPlace;
  readonly #options: DrillOptions;
  readonly #setting: Setting;
  #load!: RunningLoad;
  #lagMsMax = 0;
  #countedFrom = 0;
  #endedAt = 0;
  #victim!: Member;
  #fault: Fault | null = null;
  #faultVerified = false;
  #watch: ManagedWatch | null = null;
  #oldWriter: OldWriter | null = null;

  constructor(place: DrillPlace, options: DrillOptions, setting: Setting) {
    this.#place = place;
    this.#options = options;
    this.#setting = setting;
  }

  async prepare(): Promise<void> {
    const { scenario, signal } = this.#options;
    const expected = scenario.decision(this.#setting);
    if (expected) await settle(this.#place, expected, { now, signal });
  }

  async run(): Promise<void> {
    const { signal, control, loadPct } = this.#options;
    const url = await this.#place.application(control ? 'control' : 'shop');
    await prepareMarks(this.#place);
    this.#load = startLoad({ to: { url }, ...atShare(DEFAULT_LOAD, loadPct) });
    await pause(WARM_UP_MS, signal);
    this.#countedFrom = now();
    await pause(BEFORE_MS, signal);
    await this.#break();
    const releasedAt = await this.#holdAndRelease();
    const managedAt = (await this.#promotedUntil(MANAGED_MS_MAX[this.#setting.pace])) ?? 0;
    const ends = [
      this.#fault!.at + AFTER_MS,
      (releasedAt ?? 0) + AFTER_RETURN_MS,
      managedAt + AFTER_RETURN_MS,
    ];
    await pause(Math.max(...ends) - now(), signal);
    this.#endedAt = now();
  }

  async clear(): Promise<void> {
    const say = (error: unknown): void => this.#place.say(`not cleared: ${(error as Error).message}`);
    this.#watch?.stop();
    await this.#oldWriter?.stop().catch(say);
    await this.#fault?.release().catch(say);
    const load = await this.#load?.stop().catch(say);
    this.#lagMsMax = load?.lagMsMax ?? 0;
  }

  async conclude(): Promise<DrillLine> {
    const { scenario, seed, control, loadPct } = this.#options;
    const place = this.#place;
    const faultAt = this.#fault!.at;
    place.say('reading back what was acknowledged');
    const back = await readBack(place, this.#load.tag, this.#load.samples);
    const managedAt = this.#watch?.at ?? null;
    const stale = this.#oldWriter && managedAt !== null ? await this.#oldWriter.staleWrites(managedAt) : null;
    return toLine({
      scenario,
      setting: this.#setting,
      seed,
      victim: this.#victim,
      samples: this.#load.samples.filter((s) => s.scheduledAt >= this.#countedFrom),
      faultAt,
      endedAt: this.#endedAt,
      faultVerified: this.#faultVerified,
      managedAt,
      staleWriterWrites: stale,
      readBack: back,
      records: control || this.#setting.without === 'functions' ? null : await place.records(faultAt),
      denied: await place.denied(faultAt),
      loadPct,
      lagMsMax: this.#lagMsMax,
      versions: place.versions,
    });
  }

  async #break(): Promise<void> {
    const { scenario, fault, control } = this.#options;
    const place = this.#place;
    const members = await place.members();
    const victim = await chooseVictim(place, members, this.#options);
    this.#victim = victim;
    const failsOver = scenario.failsOver(this.#setting);
    if (failsOver && fault !== 'kill') {
      this.#oldWriter = new OldWriter(place, victim, this.#load.tag);
      await this.#oldWriter.connect();
    }
    place.say(`${fault} of ${victim.id} (${victim.role} in ${victim.az})`);
    const application = control ? 'control' : 'shop';
    this.#fault = await inject(fault, {
      place,
      members,
      victim,
      application,
      delayMs: scenario.slowMs,
      now,
    });
    if (failsOver) this.#watch = new ManagedWatch(place, victim.address, this.#load.tag);
    this.#faultVerified = await this.#fault.verify();
  }

  /** Epoch ms at which the fault ended; null for one that does not end by us. */
  async #holdAndRelease(): Promise<number | null> {
    const { scenario, signal } = this.#options;
    const fault = this.#fault!;
    if (fault.kind === 'kill') return null;
    const { msMin, msMax = msMin } = scenario.hold(this.#setting);
    await pause(fault.at + msMin - now(), signal);
    const managedAt = await this.#promotedUntil(msMax);
    if (managedAt !== null) await pause(managedAt + PROMOTED_MS - now(), signal);
    if (managedAt !== null && this.#oldWriter) {
      this.#oldWriter.begin();
      await pause(BEFORE_WAKING_MS, signal);
    }
    await fault.release();
    this.#place.say(`the ${fault.kind} of ${this.#victim.id} is over`);
    return now();
  }

  /** When somebody else was seen to write; null where that is not looked for, or not seen within `ms` of the fault. */
  async #promotedUntil(ms: number): Promise<number | null> {
    if (!this.#watch) return null;
    return this.#watch.until(this.#fault!.at + ms, this.#options.signal);
  }
}
