/**
 * One process of the throttled application: the shipped throttle in front of slots. It dies, stands still and comes
 * back as a new one; its place keeps the address that clients know.
 */

import type { Criticality, RefusalReason } from '../../../core/shedding/index.ts';
import { Refused } from '../../../runtime/throttle/errors.ts';
import type { Throttle } from '../../../runtime/throttle/throttle.ts';
import type { Random, SimClock } from '../kernel/index.ts';
import { ProcessClock } from './process-clock.ts';
import { Slots } from './slots.ts';
import type { ServiceSite } from './site.ts';
import type { Allowance } from './view.ts';

export interface Asked {
  readonly caller: string;
  readonly user: string;
  readonly criticality: Criticality;
  readonly deadlineMs: number;
}

export type Answer =
  | { readonly kind: 'answered' }
  | { readonly kind: 'refused'; readonly reason: RefusalReason; readonly retryAfterMs: number }
  /** The connection broke, or could not be made. */
  | { readonly kind: 'failed' };

/** What lets requests through, and how much that may be. */
export interface Guard {
  readonly throttle: Throttle;
  allowance(): Allowance;
}

export interface GuardSite {
  readonly process: ProcessClock;
  /** The same for the life of the process. */
  readonly instance: string;
  /** Of the place, counted from 0: where the process runs. */
  readonly place: number;
}

export interface InstanceOptions {
  readonly clock: SimClock;
  readonly random: Random;
  readonly site: ServiceSite;
  readonly place: number;
  guardOf(site: GuardSite): Guard;
}

/** From the death of a process until the next takes requests. */
const RESTART_MS = { min: 4000, max: 9000 } as const;

interface Process {
  readonly id: string;
  readonly clock: ProcessClock;
  readonly slots: Slots;
  readonly guard: Guard;
  /** Requests under way, to be told when the process dies. */
  readonly open: Set<() => void>;
}

export class Instance {
  readonly #options: InstanceOptions;
  #process: Process | null;
  #started = 0;
  #slotShare = 1;
  #offMs = 0;
  isFrozen = false;
  #askedBefore = 0;

  constructor(options: InstanceOptions) {
    this.#options = options;
    this.#process = this.#start();
  }

  get isReachable(): boolean {
    return this.#process !== null;
  }

  /** The process that runs here now; null while there is none. */
  get process(): { readonly id: string; readonly clock: ProcessClock; readonly guard: Guard } | null {
    return this.#process;
  }

  /** Slots that take work now. */
  get slots(): number {
    return this.#process === null || this.isFrozen ? 0 : this.#slotsNow();
  }

  /** Requests that ever asked for a slot in this place. */
  get asked(): number {
    return this.#askedBefore + (this.#process?.slots.asked ?? 0);
  }

  ask(asked: Asked, answer: (answer: Answer) => void): void {
    const process = this.#process;
    if (process === null) {
      this.#options.clock.after(1, () => answer({ kind: 'failed' }));
      return;
    }
    const broken = (): void => answer({ kind: 'failed' });
    process.open.add(broken);
    process.clock.deliver(() => {
      void this.#serve(process, asked).then((given) => {
        process.clock.deliver(() => {
          if (process.open.delete(broken)) answer(given);
        });
      });
    });
  }

  crash(): void {
    const process = this.#process;
    if (process === null) return;
    const { clock, random } = this.#options;
    this.#askedBefore += process.slots.asked;
    this.#process = null;
    this.isFrozen = false;
    process.clock.kill();
    for (const broken of process.open) broken();
    clock.after(random.between(RESTART_MS.min, RESTART_MS.max), () => {
      this.#process = this.#start();
    });
  }

  freeze(): void {
    if (this.#process === null) return;
    this.isFrozen = true;
    this.#process.clock.freeze();
  }

  thaw(): void {
    this.isFrozen = false;
    this.#process?.clock.thaw();
  }

  /** That share of the slots is left, for this process and those after it. */
  keepSlots(share: number): void {
    this.#slotShare = share;
    this.#process?.slots.setSlots(this.#slotsNow());
  }

  /** The host's wall clock is so far off. */
  setOff(ms: number): void {
    this.#offMs = ms;
    this.#process?.clock.setOff(ms);
  }

  #slotsNow(): number {
    return Math.max(1, Math.floor(this.#options.site.slots * this.#slotShare));
  }

  #start(): Process {
    const { site, place, guardOf, random } = this.#options;
    this.#started += 1;
    const id = `${site.application}-${place + 1}-${this.#started}`;
    const clock = new ProcessClock(this.#options.clock);
    clock.setOff(this.#offMs);
    const { workMs } = site;
    const slots = new Slots({ clock, random: random.fork(id), slots: this.#slotsNow(), workMs });
    return { id, clock, slots, guard: guardOf({ process: clock, instance: id, place }), open: new Set() };
  }

  async #serve({ guard, slots }: Process, asked: Asked): Promise<Answer> {
    try {
      await guard.throttle.run(asked, () => slots.work());
      return { kind: 'answered' };
    } catch (error) {
      if (!(error instanceof Refused)) return { kind: 'failed' };
      const { reason, retryAfterS } = error.refusal;
      return { kind: 'refused', reason, retryAfterMs: retryAfterS * 1000 };
    }
  }
}
