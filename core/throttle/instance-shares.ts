/**
 * The share of every caller on every instance, were nothing in force yet: the capacity is divided among the
 * callers by what all instances together were asked, and each caller's share among the instances by what each was
 * asked. Callers that nobody names are one claim: they share what it gets.
 */

import { divide, type Claim } from './divide.ts';
import type { LeaseFacts, LeaseHolder } from './leases.ts';

/** Share of the capacity, over all instances, that is kept for callers that nobody has named yet. */
export const OTHERS_RATIO = 0.05;

/** The claim of all callers that are not named. No caller's name is empty. */
export const OTHERS = '';

export interface InstanceShares {
  /** By instance: one claim a caller, whose demand and limit are its share there. */
  readonly claims: ReadonlyMap<string, readonly Claim[]>;
  /** What all callers want together, each up to its limit. */
  readonly wanted: number;
}

/** What one caller asked of one instance. */
interface Asked {
  readonly instance: string;
  readonly perS: number;
}

type Division = Pick<LeaseFacts, 'capacity' | 'quotaOf' | 'others'>;

export function instanceShares(facts: Division, holders: readonly LeaseHolder[]): InstanceShares {
  const shares = new Map(holders.map(({ instance }) => [instance, [] as Claim[]]));
  if (holders.length === 0) return { claims: shares, wanted: 0 };
  const asked = askedByCaller(holders);
  const { claims, wanted } = claimsOf(facts, asked);
  for (const [name, perS] of divide(facts.capacity, claims.values().toArray())) {
    const claim = claims.get(name)!;
    const parts = asked.get(name)!.map(({ instance, perS: demand }): Claim => {
      const floor = name === OTHERS ? claim.floor / holders.length : 0;
      return { name: instance, demand: Math.max(demand, floor), weight: 1, floor, priority: 0 };
    });
    for (const [instance, part] of divide(perS, parts)) {
      const floor = perS === 0 ? 0 : Math.min(part, (claim.floor * part) / perS);
      shares.get(instance)!.push({ ...claim, demand: part, limit: part, floor });
    }
  }
  return { claims: shares, wanted };
}

/** By caller, sorted, so that the same reports give the same plan in whatever order they were read. */
function askedByCaller(holders: readonly LeaseHolder[]): ReadonlyMap<string, readonly Asked[]> {
  const asked = new Map<string, Asked[]>();
  for (const { instance, demand } of holders) {
    for (const [caller, perS] of Object.entries(demand)) {
      if (!(perS > 0)) continue;
      const known = asked.get(caller);
      if (known === undefined) asked.set(caller, [{ instance, perS }]);
      else known.push({ instance, perS });
    }
  }
  const others = holders.map(({ instance, others: perS }) => ({ instance, perS }));
  return new Map([...[...asked].toSorted(([a], [b]) => (a < b ? -1 : 1)), [OTHERS, others]]);
}

function claimsOf(
  { capacity, quotaOf, others }: Division,
  asked: ReadonlyMap<string, readonly Asked[]>,
): { readonly claims: ReadonlyMap<string, Claim>; readonly wanted: number } {
  const claims = new Map<string, Claim>();
  let wanted = 0;
  let promised = 0;
  for (const [name, parts] of asked) {
    if (name === OTHERS) continue;
    const claim: Claim = { ...quotaOf(name), name, demand: sum(parts.map(({ perS }) => perS)) };
    const demand = Math.min(claim.demand, claim.limit ?? claim.demand);
    wanted += demand;
    promised += Math.min(claim.floor, demand);
    claims.set(name, claim);
  }
  const unnamed = sum(asked.get(OTHERS)!.map(({ perS }) => perS));
  // Floors are promises: what is kept for callers that may come makes room for them.
  const floor = Math.max(0, Math.min(capacity * OTHERS_RATIO, capacity - promised));
  const demand = Math.max(floor, unnamed);
  // The limit is that of one caller: many that want little may have more together, one that is new may not.
  const limit = Math.max(demand, others.limit ?? capacity);
  claims.set(OTHERS, { ...others, name: OTHERS, demand, floor, limit });
  return { claims, wanted: wanted + unnamed };
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
