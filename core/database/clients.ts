/** What the applications met. One application is one identity and has one vote, however many processes it has. */

import { outcomeKey } from '../state/keys.ts';
import type { OutcomeItem } from '../state/items.ts';
import { CLOCK_SKEW_MS_MAX } from './viewpoints.ts';

/** Fewer errors than this accuse nobody: a single broken connection is everyday life. */
export const CLIENT_ERRORS_MIN = 3;
/** Share of an application's requests to a member that must fail before it accuses the member. */
export const CLIENT_ERROR_RATIO_MIN = 0.5;

export interface Tally {
  readonly ok: number;
  readonly errors: number;
}

export interface ClientRules {
  readonly now: number;
  /** Outcomes older than this abstain, in ms. */
  readonly windowMs: number;
}

export function freshOutcomes(
  outcomes: readonly OutcomeItem[],
  { now, windowMs }: ClientRules,
): readonly OutcomeItem[] {
  return outcomes.filter((item) => now - item.at <= windowMs && item.at - now <= CLOCK_SKEW_MS_MAX);
}

/** The applications whose requests to this member mostly fail, by name in order. `fresh` from freshOutcomes. */
export function accusersOf(memberId: string, fresh: readonly OutcomeItem[]): readonly string[] {
  return accusers(fresh, (item) => item.members[memberId]);
}

/** The applications whose writes mostly fail, whichever member they were sent to. */
export function writeAccusers(fresh: readonly OutcomeItem[]): readonly string[] {
  return accusers(fresh, (item) => item.writes);
}

/** Share of the writes of all told time that the last reports must hold to speak for themselves. */
const LATEST_SHARE_MIN = 1 / 6;

/**
 * All writes of all clients of late, as far back as they tell; `ratio` is null where nobody wrote. What failed before
 * the last reports may be over: those count alone where they say better and are not just a few writes.
 */
export function writeSuccess(fresh: readonly OutcomeItem[]): Tally & { readonly ratio: number | null } {
  const all = withRatio(sum(fresh.map((item) => item.recentWrites ?? item.writes)));
  const latest = withRatio(sum(fresh.map((item) => item.writes)));
  const speaks = latest.ok + latest.errors >= (all.ok + all.errors) * LATEST_SHARE_MIN;
  return speaks && (latest.ratio ?? 0) > (all.ratio ?? 0) ? latest : all;
}

function withRatio({ ok, errors }: Tally): Tally & { readonly ratio: number | null } {
  return { ok, errors, ratio: ok + errors === 0 ? null : ok / (ok + errors) };
}

export function outcomeEvidence(item: OutcomeItem): string {
  const { pk, sk } = outcomeKey(item.application, item.processId);
  return `${pk}|${sk}`;
}

function accusers(
  fresh: readonly OutcomeItem[],
  pick: (item: OutcomeItem) => Tally | undefined,
): readonly string[] {
  const applications = [...new Set(fresh.map((item) => item.application))].toSorted();
  return applications.filter((application) => {
    const own = fresh.filter((item) => item.application === application).map(pick);
    const { ok, errors } = sum(own.filter((tally) => tally !== undefined));
    return errors >= CLIENT_ERRORS_MIN && errors / (ok + errors) >= CLIENT_ERROR_RATIO_MIN;
  });
}

function sum(tallies: readonly Tally[]): Tally {
  let ok = 0;
  let errors = 0;
  for (const tally of tallies) {
    ok += tally.ok;
    errors += tally.errors;
  }
  return { ok, errors };
}
