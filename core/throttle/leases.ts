/**
 * Shares of one capacity for the instances of a service, without a server that is asked for each request: every
 * instance says what it would use, and gets a lease on a rate for each caller.
 *
 * The sum of what may be in force never exceeds the capacity while leases are renewed. A lease that shrinks counts
 * in full until its instance says that it holds the smaller one, or until it ends; only what is free is given out.
 * An instance whose lease has ended goes on with `SAFE_RATIO` of it; one that never had a lease may use
 * `NEWCOMER_RATIO` of the capacity. So with the store or the function dead at most
 * `1 - SAFE_RATIO` of the capacity is there for newcomers, and over-admission ends with the leases.
 * After the shape of Doorman (github.com/youtube/doorman), which keeps such leases on a server.
 */

import { divide, type Claim } from './divide.ts';
import { instanceShares, OTHERS } from './instance-shares.ts';

/** What is left of a lease after its end. */
export const SAFE_RATIO = 0.9;
/** Share of the capacity for an instance without any lease: ten of them fit into what the others leave. */
export const NEWCOMER_RATIO = 0.01;

/** How a caller is treated against others. */
export interface Quota {
  readonly weight: number;
  /** Requests a second that it always gets while it wants them, over all instances. */
  readonly floor: number;
  /** Requests a second that one plan never exceeds, over all instances. @default - up to the capacity */
  readonly limit?: number;
  /** 0 is the most important class. */
  readonly priority: number;
}

/** Requests a second for each caller, as one instance may admit them. */
export interface Lease {
  readonly epoch: number;
  /** When it was given and when it ends, epoch ms. */
  readonly at: number;
  readonly until: number;
  readonly callers: Readonly<Record<string, number>>;
  /** For all callers that are not named, together. */
  readonly others: number;
  /** The sum of both. */
  readonly total: number;
}

/** One instance, as its last report and the last plan have it. */
export interface LeaseHolder {
  readonly instance: string;
  /** When it reported, epoch ms. */
  readonly at: number;
  /** Whether a lease has answered its last report: it gets none until it has reported again, so few are on their way. */
  readonly answered: boolean;
  /** Requests a second that each caller wanted of it. */
  readonly demand: Readonly<Record<string, number>>;
  /** Requests a second that all callers wanted that are not named. */
  readonly others: number;
  /** The lease that it says it holds; null for none. */
  readonly held: Pick<Lease, 'epoch' | 'until' | 'total'> | null;
  /** Every lease written for it that is newer than the one that it held: it may have taken up any of them. */
  readonly granted: readonly Pick<Lease, 'epoch' | 'until' | 'total'>[];
}

export interface LeaseFacts {
  readonly now: number;
  /** Higher than that of every lease before. */
  readonly epoch: number;
  /** Requests a second that the service bears. */
  readonly capacity: number;
  readonly holders: readonly LeaseHolder[];
  /** The terms of a caller. */
  readonly quotaOf: (caller: string) => Quota;
  /** The terms of each caller that has none of its own. Its floor counts for nothing. */
  readonly others: Quota;
  readonly leaseMs: number;
  /**
   * An instance that was silent for this long is taken for gone, and its share is free. One that is only cut off
   * from the store goes on with its share all the same, as it cannot tell that from a store that is dead for all:
   * until it reports again and the others have renewed, that much may be admitted too much.
   */
  readonly goneAfterMs: number;
  /**
   * Until then nothing grows: after the loss of the table there may be leases that nobody has reported yet. A
   * lease's length after the first plan.
   */
  readonly learningUntil: number;
}

export interface LeasePlan {
  /** By instance. */
  readonly leases: ReadonlyMap<string, Lease>;
  /** The most that may be in force at once after this plan, requests a second. */
  readonly inForceMax: number;
  /** What all callers want together, each up to its limit, requests a second. */
  readonly wanted: number;
  /** Instances that are not taken for gone. */
  readonly instances: number;
}

export function planLeases(facts: LeaseFacts): LeasePlan {
  const present = facts.holders.filter(({ at }) => facts.now - at <= facts.goneAfterMs);
  const { claims: shares, wanted } = instanceShares(facts, present);
  const inForce = new Map(present.map((holder) => [holder.instance, inForceOf(holder, facts)]));
  const asked = new Map([...shares].map(([instance, claims]) => [instance, totalOf(claims)]));
  const growing = growth(facts, asked, inForce);
  const leases = new Map<string, Lease>();
  let inForceMax = 0;
  for (const { instance, answered } of present) {
    const before = inForce.get(instance)!;
    inForceMax += before;
    if (answered) continue;
    const rate = asked.get(instance)!;
    const total = rate <= before ? rate : before + (rate - before) * growing;
    leases.set(instance, leaseOf(facts, shares.get(instance)!, total));
    inForceMax += Math.max(0, total - before);
  }
  return { leases, inForceMax, wanted, instances: present.length };
}

/** The most that this instance may be admitting now, whatever it has heard. */
function inForceOf({ held, granted }: LeaseHolder, { now, capacity }: LeaseFacts): number {
  const possible = [...(held === null ? [] : [held]), ...granted];
  const rates = possible.map(({ until, total }) => (until > now ? total : total * SAFE_RATIO));
  // Without a lease of before it may not have taken up any yet.
  return Math.max(...rates, held === null ? capacity * NEWCOMER_RATIO : 0);
}

/** The share of all growth that fits into what is free. */
function growth(
  { capacity, now, learningUntil }: LeaseFacts,
  asked: ReadonlyMap<string, number>,
  inForce: ReadonlyMap<string, number>,
): number {
  if (now < learningUntil) return 0;
  const free = Math.max(0, capacity - sum(inForce.values()));
  const wanted = sum([...asked].map(([instance, rate]) => Math.max(0, rate - inForce.get(instance)!)));
  return wanted <= free ? 1 : free / wanted;
}

/** While less is free than was asked, floors come first here too, then the important classes. */
function leaseOf({ epoch, now, leaseMs }: LeaseFacts, claims: readonly Claim[], rate: number): Lease {
  const rates = divide(rate, claims);
  const callers = Object.fromEntries([...rates].filter(([name]) => name !== OTHERS));
  const others = rates.get(OTHERS)!;
  return { epoch, at: now, until: now + leaseMs, callers, others, total: sum(rates.values()) };
}

function totalOf(claims: readonly Claim[]): number {
  return sum(claims.map(({ demand }) => demand));
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
