/**
 * What could have been known of a member at a moment, recomputed from the recorded observations and outcomes.
 * What a function had read is not known to the microsecond, so an action counts as justified when any evidence
 * that was not too old then justifies it.
 */

import type { LedgerItem, ObservationItem, OutcomeItem, Reach } from '../../../core/state/items.ts';
import type { SimView } from '../model.ts';

const UNSEEN: ReadonlySet<Reach> = new Set(['refused', 'timeout', 'reset', 'tls', 'login']);

/** An observation reaches the table at most this long after its date: a sweep and a slow write. */
const WRITTEN_MS_MAX = 30_000;

/** The prober saw fewer than half of its targets in this sweep. */
export function sawTooLittle({ samples }: ObservationItem): boolean {
  return samples.filter(({ reach }) => UNSEEN.has(reach)).length * 2 > samples.length;
}

/** The observations that may count for an action at `at`, by zone; blind ones do not vote. */
export function votesBefore(view: SimView, at: number): ReadonlyMap<string, readonly ObservationItem[]> {
  const oldest = at - view.thresholds['observation-age-ms-max'];
  const byZone = new Map<string, ObservationItem[]>();
  for (let index = view.observations.length - 1; index >= 0; index -= 1) {
    const item = view.observations[index]!;
    if (item.at < oldest - WRITTEN_MS_MAX) break;
    if (item.at < oldest || item.at > at || item.blind || sawTooLittle(item)) continue;
    const known = byZone.get(item.az);
    if (known === undefined) byZone.set(item.az, [item]);
    else known.push(item);
  }
  return byZone;
}

export function calls(item: ObservationItem, memberId: string): boolean {
  return item.verdicts.some((verdict) => verdict.memberId === memberId && verdict.failure !== null);
}

/** Zones of which at least one recent observation calls the member failed. */
export function zonesThatMayAccuse(
  votes: ReadonlyMap<string, readonly ObservationItem[]>,
  memberId: string,
): number {
  return [...votes.values()].filter((items) => items.some((item) => calls(item, memberId))).length;
}

/** The observations that a decision says it used, by the keys in its ledger item. */
export function namedBy(view: SimView, { evidence }: LedgerItem): readonly ObservationItem[] {
  const keys = new Set(evidence);
  const oldest = view.now - view.thresholds['observation-age-ms-max'] - 2 * WRITTEN_MS_MAX;
  const named: ObservationItem[] = [];
  for (let index = view.observations.length - 1; index >= 0; index -= 1) {
    const item = view.observations[index]!;
    if (item.at < oldest) break;
    if (keys.has(`observation#${item.az}|${new Date(item.at).toISOString()}`)) named.push(item);
  }
  return named;
}

/** Remembers outcome items, which each process overwrites with its next one. */
export class OutcomeHistory {
  #last: readonly OutcomeItem[] = [];
  readonly #newest = new Map<string, number>();
  #items: OutcomeItem[] = [];

  look({ outcomes, now, thresholds }: SimView): void {
    if (outcomes === this.#last) return;
    this.#last = outcomes;
    for (const item of outcomes) {
      const process = `${item.application} ${item.processId}`;
      if (this.#newest.get(process) === item.at) continue;
      this.#newest.set(process, item.at);
      this.#items.push(item);
    }
    if (this.#items.length > ITEMS_MAX) {
      const oldest = now - 2 * spanMs(thresholds);
      this.#items = this.#items.filter((item) => item.at >= oldest);
    }
  }

  /** Clients of which most requests to the member, or most writes to any, failed in recent items. */
  accuse(memberId: string, at: number, thresholds: SimView['thresholds']): boolean {
    return this.#items.some((item) => {
      if (item.at > at || item.at < at - spanMs(thresholds)) return false;
      return mostlyFailed(item.members[memberId]) || mostlyFailed(item.writes);
    });
  }
}

const ITEMS_MAX = 500;

/** An outcome may count while its window lasts, and a decision may wait until its evidence is too old. */
function spanMs(thresholds: SimView['thresholds']): number {
  return thresholds['outcome-window-ms'] + thresholds['observation-age-ms-max'];
}

function mostlyFailed(tally: { readonly ok: number; readonly errors: number } | undefined): boolean {
  return tally !== undefined && tally.errors > 0 && tally.errors >= tally.ok;
}
