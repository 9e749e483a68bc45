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

/** What is left of a lease after its end. */
export const SAFE_RATIO = 0.9;
/** Share of the capacity for an instance without any lease: ten of them fit into what the others leave. */
export const NEWCOMER_RATIO = 0.01;
/** Share of the capacity, over all instances, for callers that nobody has reported yet. */
export const OTHERS_RATIO = 0.05;

/** How a caller is treated against others. */
export interface Quota {
  readonly weight: number;
  /** Requests a second that it always gets while it wants them, over all instances. */
  readonly floor: number;
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
  /** Requests a second that each caller wanted of it. */
  readonly demand: Readonly<Record<string, number>>;
  /** The lease that it says it holds; null for none. */
  readonly held: Pick<Lease, 'epoch' | 'until' | 'total'> | null;
  /** Every lease written for it that is newer than the one that it held: it may have taken up any of them. */
  readonly granted: readonly Pick<Lease, 'epoch' | 'at' | 'until' | 'total'>[];
}

export interface LeaseFacts {
  readonly now: number;
  /** Higher than that of every lease before. */
  readonly epoch: number;
  /** Requests a second that the service bears. */
  readonly capacity: number;
  readonly holders: readonly LeaseHolder[];
  quotaOf(caller: string): Quota;
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
  /** By instance. One that has not reported since its last lease gets none, so few can be on their way to it. */
  readonly leases: ReadonlyMap<string, Lease>;
  /** The most that may be in force at once after this plan, requests a second. */
  readonly inForceMax: number;
}

export function planLeases(facts: LeaseFacts): LeasePlan {
  const present = facts.holders.filter(({ at }) => facts.now - at <= facts.goneAfterMs);
  const wanted = wantedOf(facts, present);
  const others = present.length === 0 ? 0 : (facts.capacity * OTHERS_RATIO) / present.length;
  const inForce = new Map(present.map((holder) => [holder.instance, inForceOf(holder, facts)]));
  const full = new Map(
    present.map(({ instance }) => [instance, others + sum(wanted.get(instance)!.values())]),
  );
  const share = growth(facts, full, inForce);
  const leases = new Map<string, Lease>();
  let inForceMax = 0;
  for (const { instance, at, granted } of present) {
    const before = inForce.get(instance)!;
    if (granted.some((lease) => lease.at >= at)) {
      inForceMax += before;
      continue;
    }
    const asked = full.get(instance)!;
    const total = asked <= before ? asked : before + (asked - before) * share;
    leases.set(instance, leaseOf(facts, wanted.get(instance)!, others, total / asked));
    inForceMax += Math.max(before, total);
  }
  return { leases, inForceMax };
}

/** The rate of each caller on each instance, were nothing in force yet. */
function wantedOf(
  { capacity, quotaOf }: LeaseFacts,
  present: readonly LeaseHolder[],
): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const callers = [...new Set(present.flatMap(({ demand }) => Object.keys(demand)))].toSorted();
  const claims = callers.map((name): Claim => {
    const demand = sum(present.map((holder) => holder.demand[name] ?? 0));
    return { name, demand, ...quotaOf(name) };
  });
  const shares = divide(capacity * (1 - OTHERS_RATIO), claims);
  const wanted = new Map(present.map(({ instance }) => [instance, new Map<string, number>()]));
  for (const caller of callers) {
    const asked = present.filter(({ demand }) => (demand[caller] ?? 0) > 0);
    const parts = divide(
      shares.get(caller)!,
      asked.map((holder) => partOf(holder, caller)),
    );
    for (const [instance, rate] of parts) wanted.get(instance)!.set(caller, rate);
  }
  return wanted;
}

function partOf({ instance, demand }: LeaseHolder, caller: string): Claim {
  return { name: instance, demand: demand[caller]!, weight: 1, floor: 0, priority: 0 };
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
  full: ReadonlyMap<string, number>,
  inForce: ReadonlyMap<string, number>,
): number {
  if (now < learningUntil) return 0;
  const free = Math.max(0, capacity - sum(inForce.values()));
  const asked = sum([...full].map(([instance, rate]) => Math.max(0, rate - inForce.get(instance)!)));
  return asked <= free ? 1 : free / asked;
}

function leaseOf(
  { epoch, now, leaseMs }: LeaseFacts,
  wanted: ReadonlyMap<string, number>,
  others: number,
  ratio: number,
): Lease {
  const callers = Object.fromEntries([...wanted].map(([name, rate]) => [name, rate * ratio]));
  const total = sum(Object.values(callers)) + others * ratio;
  return { epoch, at: now, until: now + leaseMs, callers, others: others * ratio, total };
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
