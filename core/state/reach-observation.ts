/**
 * What a prober writes down of targets of which only the reach counts, as shards and tasks: the samples and verdicts of
 * its newest sweep. Every `at` and `since` is epoch ms.
 */

import type { Reach, Verdict } from './items.ts';

/** One probe of one target by one prober. */
export interface ReachedSample {
  readonly memberId: string;
  readonly at: number;
  readonly reach: Reach;
  /** Connect to answer, in ms; null when it did not answer. */
  readonly latencyMs: number | null;
}

/** Written when a verdict changes and at least every few seconds, so that it is always fresh evidence. */
export interface ReachObservation<Kind extends string, Sample extends ReachedSample> {
  readonly kind: Kind;
  readonly env: string;
  readonly az: string;
  readonly at: number;
  /** The fencing token of the prober's lease; a lower one than the newest seen is ignored. */
  readonly token: number;
  readonly sequence: number;
  readonly samples: readonly Sample[];
  readonly verdicts: readonly Verdict[];
  /** True when the prober cannot see more than half of all its targets, those of other kinds among them. */
  readonly blind: boolean;
  /** True when a verdict or `blind` differs from the sweep before: a stream's filter lets it through. */
  readonly changed: boolean;
}
