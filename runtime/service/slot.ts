/** One instance as the pool sees it: its connections, and what the choice is made by. */

import { type Candidate, LatencyEstimate, LatencyWindow, type MemberState } from '../../core/pools/index.ts';
import { RollingTally } from '../rolling-tally.ts';
import type { Instance, InstanceClient } from './ports.ts';

/** What the choice makes of an instance under suspicion: any other one is better, unless it has a hundred times the load. */
const BURDEN_AVOIDED = 100;
/** Time in which an estimate drifts most of the way back to that of the others while nothing is asked: else it stands. */
const DRIFT_MS = 1000;
/** Below this a difference is noise: one answer that was late by chance must not keep an instance without requests. */
const LATENCY_MS_MIN = 10;

export class Slot implements Candidate {
  readonly instance: Instance;
  readonly client: InstanceClient;
  readonly #windowMs: number;
  inFlight = 0;
  latencyMs: number;
  share = 1;
  burden = 1;
  state: MemberState;
  /** Chosen last until then. */
  avoidUntil = -Infinity;
  /** Asked by a probe until then, and chosen as before. */
  checkUntil = -Infinity;
  /** When it last answered a write in time. */
  wroteAt = -Infinity;
  /** It said that it is leaving; when it is asked again if it is still there. Null while it serves. */
  drainingUntil: number | null = null;
  tally: RollingTally;
  window = new LatencyWindow();
  #estimate: LatencyEstimate;
  #driftedAt: number;

  constructor(options: {
    readonly instance: Instance;
    readonly client: InstanceClient;
    readonly state: MemberState;
    readonly latencyMs: number;
    readonly windowMs: number;
    readonly now: number;
  }) {
    const { instance, client, state, latencyMs, windowMs, now } = options;
    this.instance = instance;
    this.client = client;
    this.state = state;
    this.latencyMs = Math.max(LATENCY_MS_MIN, latencyMs);
    this.#windowMs = windowMs;
    this.tally = new RollingTally(windowMs);
    this.#estimate = new LatencyEstimate(latencyMs, now);
    this.#driftedAt = now;
  }

  get id(): string {
    return this.instance.id;
  }

  /** An answer came, or was waited for so long in vain. */
  took(ms: number, now: number): void {
    this.#estimate.add(ms, now);
    this.latencyMs = Math.max(LATENCY_MS_MIN, this.#estimate.ms);
    this.#driftedAt = now;
  }

  /** While nothing is asked, what was known of its speed counts less and less. */
  drift(towardsMs: number, now: number): void {
    const share = 1 - Math.exp(-(now - this.#driftedAt) / DRIFT_MS);
    this.#driftedAt = now;
    if (this.inFlight > 0) return;
    this.#estimate = new LatencyEstimate(this.latencyMs + share * (towardsMs - this.latencyMs), now);
    this.latencyMs = Math.max(LATENCY_MS_MIN, this.#estimate.ms);
  }

  /** It comes back: what it was before says nothing of what it is now. */
  renew(latencyMs: number, now: number): void {
    this.#estimate = new LatencyEstimate(latencyMs, now);
    this.latencyMs = Math.max(LATENCY_MS_MIN, latencyMs);
    this.#driftedAt = now;
    this.tally = new RollingTally(this.#windowMs);
    this.window = new LatencyWindow();
  }

  burdened(isAvoided: boolean): void {
    this.burden = isAvoided ? BURDEN_AVOIDED : 1;
  }
}
