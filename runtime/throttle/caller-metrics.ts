/**
 * What became of requests, in numbers of bounded cardinality: totals by class and outcome, and the few callers that
 * were refused and admitted most. It knows a caller's name and nothing else of a request.
 */

import { CRITICALITIES, type Criticality } from '../../core/shedding/index.ts';
import type { Cancel, Clock } from '../ports.ts';
import { HeavyCallers, type HeavyCaller } from './heavy-callers.ts';
import type { ThrottleDecision } from './throttle.ts';

export type Outcome = ThrottleDecision['outcome'];

/** In the order in which they are reported. */
export const OUTCOMES = [
  'admitted',
  'caller-limit',
  'shed',
  'queue-full',
  'deadline-passed',
] as const satisfies readonly Outcome[];

export interface CallerReport {
  readonly resource: string;
  /** Epoch ms. */
  readonly at: number;
  readonly windowMs: number;
  /** Requests of the window; what did not happen is left out. */
  readonly totals: readonly {
    readonly criticality: Criticality;
    readonly outcome: Outcome;
    readonly count: number;
  }[];
  /** The callers with most refusals of any kind, at most ten; counts are too low, if anything. */
  readonly refusedMost: readonly HeavyCaller[];
  readonly admittedMost: readonly HeavyCaller[];
}

export interface CallerMetricsSink {
  put(report: CallerReport): void;
}

export interface CallerMetricsOptions {
  readonly clock: Clock;
  readonly resource: string;
  readonly sink: CallerMetricsSink;
}

/** Time between two reports. A window in which nothing came is not reported. */
export const METRICS_WINDOW_MS = 60_000;
export const TOP_CALLERS = 10;
/** Callers that are counted apart, so that the ten are the right ones. */
const COUNTED_MAX = 200;

export class CallerMetrics {
  readonly #options: CallerMetricsOptions;
  readonly #totals = new Map<string, { criticality: Criticality; outcome: Outcome; count: number }>();
  readonly #refused = new HeavyCallers(COUNTED_MAX);
  readonly #admitted = new HeavyCallers(COUNTED_MAX);
  #since: number;
  #cancel: Cancel | null = null;
  #isClosed = false;
  #failed = 0;

  constructor(options: CallerMetricsOptions) {
    this.#options = options;
    this.#since = options.clock.now();
  }

  /** Reports that the sink did not take. */
  get failed(): number {
    return this.#failed;
  }

  /** For `onDecision` of the throttle. */
  count({ caller, criticality, outcome }: ThrottleDecision): void {
    if (this.#isClosed) return;
    this.#cancel ??= this.#begin();
    const key = `${criticality} ${outcome}`;
    const total = this.#totals.get(key);
    if (total) total.count += 1;
    else this.#totals.set(key, { criticality, outcome, count: 1 });
    (outcome === 'admitted' ? this.#admitted : this.#refused).add(caller);
  }

  /** Reports what was counted since the last report, and counts no more. */
  close(): void {
    this.#isClosed = true;
    if (this.#cancel) this.#report();
  }

  #begin(): Cancel {
    const { clock } = this.#options;
    this.#since = clock.now();
    return clock.after(METRICS_WINDOW_MS, () => this.#report(), 'background');
  }

  #report(): void {
    const { clock, resource, sink } = this.#options;
    this.#cancel?.();
    this.#cancel = null;
    const report = {
      resource,
      at: clock.epoch(),
      windowMs: clock.now() - this.#since,
      totals: [...this.#totals.values()].toSorted(byClassAndOutcome),
      refusedMost: this.#refused.heaviest(TOP_CALLERS),
      admittedMost: this.#admitted.heaviest(TOP_CALLERS),
    };
    this.#totals.clear();
    this.#refused.clear();
    this.#admitted.clear();
    try {
      sink.put(report);
    } catch {
      // Whoever counts requests must not fail them.
      this.#failed += 1;
    }
  }
}

type Kind = Pick<ThrottleDecision, 'criticality' | 'outcome'>;

function byClassAndOutcome(a: Kind, b: Kind): number {
  const byClass = CRITICALITIES.indexOf(a.criticality) - CRITICALITIES.indexOf(b.criticality);
  return byClass || OUTCOMES.indexOf(a.outcome) - OUTCOMES.indexOf(b.outcome);
}
