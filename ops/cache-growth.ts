/**
 * Moves the parts of one copy of the cache, one after the other, to twice the number of shards or back. What was
 * done is in the ledger alone: whoever comes after a crash, or at the same time, goes on from there.
 */

import {
  type GrowthLook,
  HitWindow,
  PACE_DEFAULTS,
  type PaceLimits,
  paceOf,
} from '../core/cache/growth/index.ts';
import {
  type GrowthGoal,
  growthMemory,
  type GrowthMemory,
  type GrowthStep,
  LEASE_DEFAULTS,
  type LeaseLimits,
  nextGrowthStep,
  RING_PARTS,
  type RingRow,
} from '../core/cache/protocol/index.ts';
import { UnderstudyError } from '../core/errors.ts';
import type { Clock } from '../core/ports/index.ts';
import { PartReports, type PartReport } from './cache-parts.ts';
import { purgeAll } from './cache-purge.ts';
import type { GrowthFront } from './growth-front.ts';

export interface GrowthPorts {
  readonly front: GrowthFront;
  readonly clock: Pick<Clock, 'monotonic' | 'sleep'>;
  say(line: string): void;
}

export interface GrowthOptions {
  readonly goal: GrowthGoal;
  readonly signal: AbortSignal;
  /** @default RING_PARTS */
  readonly parts?: number;
  readonly leases?: LeaseLimits;
  readonly pace?: PaceLimits;
}

export interface Moved {
  readonly state: 'done' | 'stopped' | 'interrupted';
  readonly shards: number;
  readonly hitRatioBefore: number | null;
  readonly parts: readonly PartReport[];
  /** Why it stopped, and what to do. */
  readonly why: string | null;
}

/** Between two looks. */
export const LOOK_MS = 500;
/** Looks in a row that may fail: the front is deployed anew, or the writer of the database changes. */
const FAILURES_MAX = 60;

export async function measureHitRatio(
  { front, clock }: Pick<GrowthPorts, 'front' | 'clock'>,
  signal: AbortSignal,
  { windowMs }: PaceLimits = PACE_DEFAULTS,
): Promise<number | null> {
  const window = new HitWindow(windowMs);
  while (!window.isFull && !signal.aborted) {
    const { holders } = await front.look();
    window.note({ at: clock.monotonic(), holders });
    if (!window.isFull) await clock.sleep(LOOK_MS);
  }
  return window.ratio.ratio;
}

/** Begins to grow. Somebody else may have done so meanwhile: then that is what goes on. */
export async function startGrowth(
  ports: GrowthPorts,
  ring: RingRow,
  { signal, parts = RING_PARTS, pace = PACE_DEFAULTS }: Omit<GrowthOptions, 'goal'>,
): Promise<void> {
  ports.say(`measuring the hit ratio for ${pace.windowMs / 1000} s`);
  const hitRatio = await measureHitRatio(ports, signal, pace);
  if (signal.aborted) return;
  const { epoch, shards } = ring;
  await ports.front.start({ epoch, target: 2 * shards, parts, hitRatio });
}

export function moveParts(ports: GrowthPorts, options: GrowthOptions): Promise<Moved> {
  return new Mover(ports, options).run();
}

class Mover {
  readonly #ports: GrowthPorts;
  readonly #options: GrowthOptions;
  readonly #window: HitWindow;
  readonly #reports: PartReports;
  #memory: GrowthMemory | null = null;
  #failures = 0;
  #hitRatioBefore: number | null = null;

  constructor(ports: GrowthPorts, options: GrowthOptions) {
    this.#ports = ports;
    this.#options = options;
    const { windowMs } = options.pace ?? PACE_DEFAULTS;
    this.#window = new HitWindow(windowMs);
    this.#reports = new PartReports(ports.say, this.#window);
  }

  /** Ends with the growth, with the signal, or when the operator is asked: every wait in between is bounded. */
  async run(): Promise<Moved> {
    for (;;) {
      const look = await this.#look();
      if (this.#options.signal.aborted) return this.#ended('interrupted', look?.ring.shards ?? 0, null);
      if (!look) continue;
      const now = this.#ports.clock.monotonic();
      this.#reports.note(look.ring, now);
      this.#hitRatioBefore ??= look.ring.hitRatio;
      const sight = { ...look, now };
      const memory = growthMemory(this.#memory, sight);
      this.#memory = memory;
      const { goal, leases = LEASE_DEFAULTS } = this.#options;
      const step = nextGrowthStep(goal, sight, memory, leases);
      if (step.step === 'done') return this.#ended('done', step.shards, null);
      const stop = await this.#take(step, look.ring, now);
      if (stop !== null) return this.#ended('stopped', look.ring.shards, stop);
    }
  }

  /** Null when the front did not answer; not for ever. */
  async #look(): Promise<GrowthLook | null> {
    const { front, clock, say } = this.#ports;
    try {
      const look = await front.look();
      this.#failures = 0;
      this.#window.note({ at: clock.monotonic(), holders: look.holders });
      return look;
    } catch (error) {
      await this.#failed(error, say);
      return null;
    }
  }

  /** What it stops for, or null. */
  async #take(step: GrowthStep, ring: RingRow, now: number): Promise<string | null> {
    const { front, clock } = this.#ports;
    if (step.step === 'wait') {
      await clock.sleep(LOOK_MS);
      return null;
    }
    if (step.step === 'advance' && ring.phase === 'steady') {
      const stop = await this.#paced(ring, now);
      if (stop !== 'go') return stop === 'wait' ? null : stop;
    }
    try {
      if (step.step === 'turn') await front.turn(step.epoch);
      if (step.step === 'advance') await front.advance({ epoch: step.epoch, waitedOut: step.waitedOut });
      if (step.step === 'purge') await this.#purge(step);
    } catch (error) {
      await this.#failed(error, this.#ports.say);
    }
    return null;
  }

  async #purge({ epoch, purges }: GrowthStep & { readonly step: 'purge' }): Promise<void> {
    const { front, clock, say } = this.#ports;
    const { signal } = this.#options;
    const purged = await purgeAll({ front, clock, say }, { epoch, purges, signal });
    this.#reports.purged(purged.deleted);
    if (purged.isDone && this.#memory?.epoch === epoch) this.#memory = { ...this.#memory, isPurged: true };
  }

  /** Before a part begins to move, and before the end. */
  async #paced(ring: RingRow, now: number): Promise<string> {
    const { pace = PACE_DEFAULTS } = this.#options;
    const waitedMs = now - (this.#reports.movedAt ?? now - pace.windowMs);
    const isMeasured = this.#window.isFull && waitedMs >= pace.windowMs;
    const { ratio } = this.#window.ratio;
    const { verdict, why } = paceOf({ ring, ratio, isMeasured, waitedMs }, pace);
    if (verdict === 'wait') {
      await this.#ports.clock.sleep(LOOK_MS);
      return 'wait';
    }
    if (verdict === 'stop') {
      return `${why}. Nothing is in transit: run the command again when it is, or give it up with --abort`;
    }
    this.#reports.report(ring, why);
    return 'go';
  }

  async #failed(error: unknown, say: (line: string) => void): Promise<void> {
    this.#failures += 1;
    const isOurs = error instanceof UnderstudyError && error.advice === 'retry';
    if (!isOurs || this.#failures >= FAILURES_MAX) throw error;
    if (this.#failures === 1) say(`trying again: ${error.message}`);
    await this.#ports.clock.sleep(2 * LOOK_MS);
  }

  #ended(state: Moved['state'], shards: number, why: string | null): Moved {
    return { state, shards, hitRatioBefore: this.#hitRatioBefore, parts: this.#reports.all, why };
  }
}
