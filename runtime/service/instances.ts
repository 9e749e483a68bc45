/**
 * The instances of one version of a service: who is there, who is fit, and which one is next. Keeps what the choice needs
 * ready, so that a choice allocates nothing; evidence makes it anew.
 */

import {
  betterOfTwo,
  costOf,
  DRAW_MAX,
  Draws,
  ejectionCap,
  findOutliers,
  FIT_RATIO_MIN,
  isOut,
  isPanic,
  MemberTracker,
  ownZoneShare,
  shareOf,
} from '../../core/pools/index.ts';
import type { Clock, Random } from '../ports.ts';
import { isFit, isSame } from './fitness.ts';
import type { ServicePoolLimits } from './limits.ts';
import type { Asked } from './judge.ts';
import type { Instance, Transport } from './ports.ts';
import { Slot } from './slot.ts';

/** What is assumed of the first instances before anything was answered. */
const LATENCY_MS_DEFAULT = 10;
const OUTLIERS_EVERY_MS = 1000;

export interface InstancesOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: ServicePoolLimits;
  /** The zone of this process; null when unknown. */
  readonly az: string | null;
  /** Called when an instance has failed: the registry may know more by now. */
  readonly troubled: () => void;
}

export class Instances {
  readonly #options: InstancesOptions;
  readonly #tracker: MemberTracker;
  readonly #draws: Draws;
  #slots: readonly Slot[] = [];
  #usable: readonly Slot[] = [];
  #own: readonly Slot[] = [];
  #ownShare = 0;
  #fit = 0;
  #panic = false;
  #judgedAt = -Infinity;

  constructor(options: InstancesOptions) {
    this.#options = options;
    this.#draws = new Draws(options.random());
    this.#tracker = new MemberTracker({
      member: options.limits.member,
      panicRatio: FIT_RATIO_MIN,
      ejectedMax: ejectionCap,
    });
  }

  get list(): readonly Slot[] {
    return this.#slots;
  }

  /** Instances that look fit. */
  get fit(): number {
    return this.#fit;
  }

  /** False where there is nobody without suspicion: whoever has another version to offer better asks that. */
  get isTrusted(): boolean {
    return this.#slots.some(({ burden, drainingUntil }) => burden <= 1 && drainingUntil === null);
  }

  /** So few look fit that every one is used. */
  get inPanic(): boolean {
    return this.#panic;
  }

  /** Undefined where there is none. */
  pick(): Slot | undefined {
    const draws = this.#draws;
    const stays = this.#ownShare >= 1 || (this.#ownShare > 0 && draws.next() < this.#ownShare * DRAW_MAX);
    if (!stays) return betterOfTwo(this.#usable, draws);
    const own = betterOfTwo(this.#own, draws)!;
    if (own.inFlight < this.#options.limits.spillInFlightMin && own.burden <= 1) return own;
    const any = betterOfTwo(this.#usable, draws)!;
    return costOf(any) < costOf(own) ? any : own;
  }

  /** For another attempt: never one of those. Undefined where there is no other one. */
  pickOther(tried: readonly Slot[]): Slot | undefined {
    const others = this.#usable.filter((slot) => !tried.includes(slot));
    return betterOfTwo(others, this.#draws);
  }

  /** Takes over a list of the registry. One that is empty changes nothing (I-03). */
  follow(found: readonly Instance[]): void {
    if (found.length === 0) return;
    const { clock, transport, limits } = this.#options;
    const now = clock.now();
    const isFirst = this.#slots.length === 0;
    const byId = new Map(found.map((instance) => [instance.id, instance]));
    const kept = this.#slots.filter((slot) => isSame(slot.instance, byId.get(slot.id)));
    const gone = this.#slots.filter((slot) => !kept.includes(slot));
    const known = new Set(kept.map(({ id }) => id));
    const latencyMs = this.#middleMs();
    for (const slot of gone) this.#tracker.remove(slot.id, now);
    const added = [...byId.values()].filter(({ id }) => !known.has(id));
    const fresh = added.map((instance) => {
      this.#tracker.add(instance.id, now, isFirst);
      const state = this.#tracker.state(instance.id)!;
      const client = transport.open(instance);
      return new Slot({ instance, client, state, latencyMs, windowMs: limits.outlierMs, now });
    });
    this.#slots = [...kept, ...fresh];
    for (const slot of gone) void slot.client.close().catch(() => slot.client.destroy());
    this.#arrange();
  }

  /** Answered within its time. */
  answered(slot: Slot, { work, since }: Asked): void {
    const now = this.#options.clock.now();
    const ms = now - since;
    if (work === 'write') slot.wroteAt = now;
    slot.took(ms, now);
    slot.window.add(ms);
    slot.tally.add(true, now);
    this.#tracker.answered(slot.id, now);
    if (this.#tracker.state(slot.id) !== slot.state) this.#arrange();
  }

  /** No connection or a connection that was lost; or, of what was `asked`, a gateway's error. */
  failed(slot: Slot, asked?: Asked): void {
    const { clock, random } = this.#options;
    if (asked && this.#isEverybodys(slot, asked)) return;
    slot.tally.add(false, clock.now());
    this.#tracker.failed(slot.id, clock.now(), random());
    this.#suspect(slot);
  }

  /** No answer within the limit of one attempt, or of a probe. */
  late(slot: Slot, asked?: Asked): void {
    const { clock, random, limits } = this.#options;
    if (asked && this.#isEverybodys(slot, asked)) return this.#check(slot);
    slot.tally.add(false, clock.now());
    slot.took(limits.tryMs, clock.now());
    this.#tracker.late(slot.id, clock.now(), random());
    this.#suspect(slot);
  }

  /** It said that it has too much to do: no sign of death, and it counts only against what others do. */
  pushedBack(slot: Slot, asked: Asked): void {
    const now = this.#options.clock.now();
    if (this.#isEverybodys(slot, asked)) return;
    slot.took(now - asked.since, now);
    slot.tally.add(false, now);
  }

  /** It said that it is leaving. That is no error. */
  draining(slot: Slot): void {
    const { clock, limits } = this.#options;
    if (slot.drainingUntil !== null || !this.#slots.includes(slot)) return;
    slot.drainingUntil = clock.now() + limits.drainMs;
    this.#tracker.remove(slot.id, clock.now());
    this.#arrange();
    this.#options.troubled();
  }

  probed(slot: Slot, end: 'passed' | 'failed' | 'timed-out', ms: number): void {
    const { clock, random } = this.#options;
    slot.checkUntil = -Infinity;
    if (this.#tracker.state(slot.id)?.kind === 'probing') {
      this.#tracker.probed(slot.id, end === 'passed', clock.now(), random());
      if (end === 'passed') slot.avoidUntil = -Infinity;
      this.#arrange();
    } else if (end === 'passed') {
      // What probes say does not outweigh what requests meet: the errors in a row still count (F-04).
      slot.avoidUntil = -Infinity;
      slot.took(ms, clock.now());
      this.#arrange();
    } else if (end === 'timed-out') {
      this.late(slot);
    } else {
      this.failed(slot);
    }
  }

  /** Lets time pass. */
  sweep(): void {
    const { clock, random, limits } = this.#options;
    const now = clock.now();
    this.#tracker.tick(now);
    const middleMs = this.#middleMs();
    for (const slot of this.#slots) {
      slot.drift(middleMs, now);
      if (slot.drainingUntil === null || slot.drainingUntil > now) continue;
      slot.drainingUntil = null;
      this.#tracker.add(slot.id, now, false);
    }
    if (now - this.#judgedAt >= OUTLIERS_EVERY_MS) {
      this.#judgedAt = now;
      for (const { id, reason } of findOutliers(this.#samples(now), limits.outliers)) {
        this.#tracker.outlying(id, reason, now, random());
      }
    }
    this.#arrange();
  }

  /** Whether its state or the last error asks for a probe. */
  wantsProbe(slot: Slot): boolean {
    const now = this.#options.clock.now();
    return slot.state.kind === 'probing' || slot.avoidUntil > now || slot.checkUntil > now;
  }

  async close(): Promise<void> {
    await Promise.all(this.#slots.map(({ client }) => client.close()));
  }

  destroy(): void {
    for (const { client } of this.#slots) client.destroy();
  }

  /** A write that went wrong while no other instance did one: the way of the writes is shut, and nobody is to blame. */
  #isEverybodys(slot: Slot, { work, since }: Asked): boolean {
    return work === 'write' && !this.#slots.some((other) => other !== slot && other.wroteAt >= since);
  }

  /** Nothing speaks against it but that nobody answers: a probe tells whether it would. */
  #check(slot: Slot): void {
    const { clock, limits, troubled } = this.#options;
    slot.checkUntil = clock.now() + limits.avoidMs;
    troubled();
  }

  #suspect(slot: Slot): void {
    const { clock, limits, troubled } = this.#options;
    slot.avoidUntil = clock.now() + limits.avoidMs;
    this.#arrange();
    troubled();
  }

  #samples(now: number): Parameters<typeof findOutliers>[0] {
    return this.#slots
      .filter(({ state, drainingUntil }) => !isOut(state) && drainingUntil === null)
      .map((slot) => {
        const { ok, errors } = slot.tally.sum(now);
        return {
          id: slot.id,
          requests: ok + errors,
          failures: errors,
          latencyMs: ok > 0 ? slot.latencyMs : null,
        };
      });
  }

  /** The middle of what the instances take. */
  #middleMs(): number {
    const sorted = this.#slots.map(({ latencyMs }) => latencyMs).toSorted((a, b) => a - b);
    return sorted[Math.floor((sorted.length - 1) / 2)] ?? LATENCY_MS_DEFAULT;
  }

  /** Makes anew what a choice needs. */
  #arrange(): void {
    const { clock, limits, az } = this.#options;
    const now = clock.now();
    for (const slot of this.#slots) this.#update(slot, now);
    const active = this.#slots.filter(({ drainingUntil }) => drainingUntil === null);
    this.#fit = active.filter((slot) => isFit(slot, now, limits.member)).length;
    this.#panic = isPanic(this.#fit, active.length);
    const serving = this.#panic ? active : active.filter(({ state }) => !isOut(state));
    // Where everyone is leaving, those who leave are all there is.
    this.#usable = serving.length > 0 ? serving : this.#slots;
    const isOwn = ({ instance }: Slot): boolean => az !== null && instance.az === az;
    this.#own = this.#panic ? [] : this.#usable.filter(isOwn);
    const zones = new Set(active.map(({ instance }) => instance.az)).size;
    this.#ownShare = ownZoneShare({ own: this.#own.length, all: this.#usable.length, zones });
  }

  #update(slot: Slot, now: number): void {
    const state = this.#tracker.state(slot.id) ?? slot.state;
    if (state !== slot.state) {
      if (state.kind === 'returning' && slot.state.kind === 'probing') slot.renew(this.#middleMs(), now);
      slot.state = state;
    }
    slot.share = isOut(state) ? 1 : shareOf(state, now, this.#options.limits.member);
    slot.burdened(isOut(state) || slot.avoidUntil > now);
  }
}
