/** Whether a write may be made at this very moment: asked again right before each mutating call. */

import { readClock, startClock, type ClockState } from '../../core/database/clock-guard.ts';
import type { Clock, Lease, StateStore } from '../../core/ports/index.ts';
import { isPaused } from '../../core/state/control.ts';
import type { Mode } from '../../core/state/items.ts';

export type Clearance =
  | { readonly clear: true }
  | {
      readonly clear: false;
      readonly rule: 'clock' | 'lease' | 'evidence' | 'time' | 'pause' | 'mode' | 'control';
      readonly why: string;
    };

/** A lease with its end by the monotonic clock: a wall clock that steps cannot prolong it. */
export interface HeldLease {
  readonly lease: Lease;
  readonly untilMonotonic: number;
}

export interface ClearanceNeeds {
  readonly held: HeldLease;
  /** When the oldest evidence of the decision was seen, epoch ms. */
  readonly evidenceAt: number;
  readonly evidenceAgeMsMax: number;
  /** How long the call may take, its request time-out. */
  readonly callMs: number;
  readonly remainingMs: number;
}

/** Left over after a call for writing down what became of it. */
const AFTERWARDS_MS = 1000;

export class ClearanceDesk {
  readonly #store: StateStore;
  readonly #clock: Clock;
  readonly #tier: string;
  readonly #modeDefault: Mode;
  #watch: ClockState;

  constructor(
    ports: { readonly store: StateStore; readonly clock: Clock },
    options: { readonly tier: string; readonly modeDefault: Mode },
  ) {
    this.#store = ports.store;
    this.#clock = ports.clock;
    this.#tier = options.tier;
    this.#modeDefault = options.modeDefault;
    this.#watch = startClock(this.#reading());
  }

  /** The mode in force. Throws when the store cannot be asked. */
  async mode(): Promise<{ readonly mode: Mode; readonly pausedBy: string | null }> {
    const [tier, all] = await Promise.all([
      this.#store.readControl(this.#tier),
      this.#store.readControl('all'),
    ]);
    const now = this.#clock.now();
    const paused = [all, tier].find((item) => isPaused(item, now));
    const mode = all?.mode === 'off' ? 'off' : (tier?.mode ?? all?.mode ?? this.#modeDefault);
    return { mode, pausedBy: paused?.by ?? null };
  }

  /** Reads the clocks; false while a step of the wall clock forbids to act (I-32). */
  isClockSteady(): boolean {
    this.#watch = readClock(this.#watch, this.#reading());
    return this.#watch.state === 'steady';
  }

  async ask(needs: ClearanceNeeds): Promise<Clearance> {
    const control = await this.#askControl();
    return control.clear ? this.#askTime(needs) : control;
  }

  async #askControl(): Promise<Clearance> {
    try {
      const { mode, pausedBy } = await this.mode();
      if (pausedBy !== null) return refuse('pause', `paused by ${pausedBy}`);
      return mode === 'act' ? { clear: true } : refuse('mode', `the mode is ${mode}`);
    } catch (error) {
      return refuse('control', `mode and pause cannot be read: ${String(error)}`);
    }
  }

  /** Nothing is awaited after this, so it holds at the call. */
  #askTime(needs: ClearanceNeeds): Clearance {
    if (!this.isClockSteady()) return refuse('clock', 'the wall clock has stepped');
    const leaseMs = needs.held.untilMonotonic - this.#clock.monotonic();
    if (leaseMs < needs.callMs) {
      return refuse('lease', `the lease ends in ${leaseMs} ms, the call may take ${needs.callMs} ms`);
    }
    const age = this.#clock.now() - needs.evidenceAt;
    if (age > needs.evidenceAgeMsMax) return refuse('evidence', `the evidence is ${age} ms old`);
    if (needs.remainingMs < needs.callMs + AFTERWARDS_MS) {
      return refuse('time', `${needs.remainingMs} ms are left to the function`);
    }
    return { clear: true };
  }

  #reading(): { readonly wallMs: number; readonly monotonicMs: number } {
    return { wallMs: this.#clock.now(), monotonicMs: this.#clock.monotonic() };
  }
}

function refuse(rule: Extract<Clearance, { clear: false }>['rule'], why: string): Clearance {
  return { clear: false, rule, why };
}
