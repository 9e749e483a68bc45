/**
 * Client evidence: what this process met, by member, written down every 5 s under a key of its own, and a second
 * after a write failed: a failover waits for the clients' word. It reports and never decides; a sink that fails,
 * hangs or has no credentials costs a counter and nothing else (I-29, I-30).
 */

import { type FailureKind, blamesMember } from '../core/pools/index.ts';
import { within } from './bounded.ts';
import { RollingTally } from './rolling-tally.ts';
import type { Cancel, Clock, OutcomeSink } from './ports.ts';

export interface OutcomeLimits {
  /** Time between two reports. @default 5,000 */
  readonly windowMs: number;
  /** Time from the first write of a window that failed until its report, where that is sooner. @default 1,000 */
  readonly troubleMs: number;
  /** Time one report may take; the next is skipped while one is under way. @default 3,000 */
  readonly putTimeoutMs: number;
  /** Over how long `recentWrites` counts: the default of the threshold `outcome-window-ms`. @default 15,000 */
  readonly recentMs: number;
}

export const OUTCOME_DEFAULTS: OutcomeLimits = {
  windowMs: 5000,
  troubleMs: 1000,
  putTimeoutMs: 3000,
  recentMs: 15_000,
};

export interface OutcomeIdentity {
  readonly application: string;
  /** One identity, one vote: the same for the life of the process. */
  readonly processId: string;
}

interface Count {
  ok: number;
  errors: number;
}

export class OutcomeRecorder {
  readonly #clock: Clock;
  readonly #limits: OutcomeLimits;
  readonly #members = new Map<string, Count>();
  readonly #recentWrites: RollingTally;
  #writes: Count = { ok: 0, errors: 0 };
  #timer: Cancel | null = null;
  #turn: () => void = () => {};
  #dueAt = Infinity;
  #busy = false;
  #put = 0;
  #failed = 0;

  constructor(clock: Clock, limits: OutcomeLimits = OUTCOME_DEFAULTS) {
    this.#clock = clock;
    this.#limits = limits;
    this.#recentWrites = new RollingTally(limits.recentMs);
  }

  /** Reports to the sink from here on. Without it the counts are kept for `describe` alone. */
  start(identity: OutcomeIdentity, sink: OutcomeSink): void {
    if (this.#timer) return;
    let since = this.#clock.now();
    this.#turn = (): void => {
      this.#schedule(this.#limits.windowMs);
      if (this.#busy) return;
      const windowMs = this.#clock.now() - since;
      since = this.#clock.now();
      void this.#report(identity, sink, windowMs);
    };
    this.#schedule(this.#limits.windowMs);
  }

  ok(memberId: string): void {
    this.#count(memberId).ok += 1;
  }

  /** Counts a failure where it blames the member; load and the caller's own errors are no evidence. */
  failed(memberId: string, kind: FailureKind): void {
    if (blamesMember(kind)) this.#count(memberId).errors += 1;
  }

  /** How one write ended for the application, whoever served it. */
  write(ok: boolean): void {
    this.#recentWrites.add(ok, this.#clock.now());
    if (ok) {
      this.#writes.ok += 1;
      return;
    }
    this.#writes.errors += 1;
    const { troubleMs } = this.#limits;
    if (this.#timer && this.#dueAt - this.#clock.now() > troubleMs) this.#schedule(troubleMs);
  }

  describe(): { readonly reported: number; readonly failed: number } {
    return { reported: this.#put, failed: this.#failed };
  }

  close(): void {
    this.#timer?.();
    this.#timer = null;
  }

  #schedule(ms: number): void {
    this.#timer?.();
    this.#dueAt = this.#clock.now() + ms;
    this.#timer = this.#clock.after(ms, () => this.#turn(), 'background');
  }

  async #report(identity: OutcomeIdentity, sink: OutcomeSink, windowMs: number): Promise<void> {
    const members = Object.fromEntries([...this.#members].map(([id, count]) => [id, { ...count }]));
    const writes = this.#writes;
    this.#members.clear();
    this.#writes = { ok: 0, errors: 0 };
    this.#busy = true;
    try {
      const item = {
        kind: 'outcome',
        ...identity,
        at: this.#clock.epoch(),
        windowMs,
        members,
        writes,
        recentWrites: this.#recentWrites.sum(this.#clock.now()),
      } as const;
      const late = (): Error => new Error(`no answer within ${this.#limits.putTimeoutMs} ms`);
      await within(this.#clock, this.#limits.putTimeoutMs, sink.put(item), late);
      this.#put += 1;
    } catch {
      this.#failed += 1;
    } finally {
      this.#busy = false;
    }
  }

  #count(memberId: string): Count {
    let count = this.#members.get(memberId);
    if (!count) {
      count = { ok: 0, errors: 0 };
      this.#members.set(memberId, count);
    }
    return count;
  }
}
