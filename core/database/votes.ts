/** Who says what of a member, and whether that is enough to act on (I-06). */

import type { Failure } from '../failures.ts';
import type { ObservationItem, Verdict } from '../state/items.ts';

/** Probers in different zones that must agree when no client speaks. */
export const PROBERS_MIN = 2;

export interface Votes {
  readonly memberId: string;
  /** Zones whose prober calls it failed. */
  readonly failing: readonly string[];
  /** Zones whose prober calls it healthy. */
  readonly healthy: readonly string[];
  /** Applications that accuse it. */
  readonly clients: readonly string[];
  readonly failure: Failure | null;
  /** The latest time from which all zones in `failing` have called it failed; null where none does. */
  readonly since: number | null;
  /** Two probers in different zones, or one prober plus a client, call it failed. */
  readonly agreed: boolean;
}

export function votesOn(
  memberId: string,
  voting: readonly Pick<ObservationItem, 'az' | 'verdicts'>[],
  clients: readonly string[],
): Votes {
  const failing: { az: string; verdict: Verdict }[] = [];
  const healthy: string[] = [];
  for (const { az, verdicts } of voting) {
    const verdict = verdicts.find((v) => v.memberId === memberId);
    if (verdict === undefined) continue;
    if (verdict.failure === null) healthy.push(az);
    else failing.push({ az, verdict });
  }
  const zones = failing.map(({ az }) => az);
  return {
    memberId,
    failing: zones,
    healthy,
    clients,
    failure: failing[0]?.verdict.failure ?? null,
    since: failing.length === 0 ? null : Math.max(...failing.map(({ verdict }) => verdict.since)),
    agreed: zones.length >= PROBERS_MIN || (zones.length >= 1 && clients.length >= 1),
  };
}

/** Seen healthy, by more zones than call it failed, and not only for want of a voice. */
export function isSeenHealthy(votes: Votes): boolean {
  return !votes.agreed && votes.healthy.length > votes.failing.length;
}

/** The votes in words and numbers, for the ledger. */
export function tell(votes: Votes): string {
  const clients = votes.clients.length === 0 ? 'no client' : `clients ${votes.clients.join(', ')}`;
  const zones = votes.failing.length === 0 ? 'no prober' : `probers in ${votes.failing.join(', ')}`;
  return `${votes.memberId}: ${votes.failure ?? 'healthy'} by ${zones} and ${clients}; healthy by ${votes.healthy.length}`;
}

/** The writer by most of the voting probers; null where they are evenly split or know none. */
export function agreedWriter(voting: readonly ObservationItem[]): string | null {
  const counts = new Map<string, number>();
  for (const { writer } of voting) {
    if (writer !== undefined) counts.set(writer.memberId, (counts.get(writer.memberId) ?? 0) + 1);
  }
  const [first, second] = [...counts].toSorted(([, a], [, b]) => b - a);
  if (first === undefined || first[1] === second?.[1]) return null;
  return first[0];
}
