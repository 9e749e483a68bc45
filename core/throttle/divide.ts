/**
 * Divides a capacity among those who want it. Floors come first, up to what is wanted; then class by class, the
 * most important first, and within a class by weighted max-min fairness: nobody gets more while somebody of the
 * same class, with the same weight, gets less and wants more (Bertsekas and Gallager, Data Networks, 6.5.2).
 * What nobody wants is spread by weight, so that demand that grows before the next division meets no wall. Nobody
 * gets more than its limit.
 */

import type { Fault } from '../errors.ts';

export interface Claim {
  readonly name: string;
  /** What it would use now, in units of the capacity. */
  readonly demand: number;
  /** Its share against others of its class. Above 0. */
  readonly weight: number;
  /** Guaranteed while it wants it. */
  readonly floor: number;
  /** Never more, even of what nobody wants. @default - none */
  readonly limit?: number;
  /** 0 is the most important class. */
  readonly priority: number;
}

/**
 * What each gets, by name. The sum is the capacity, or less where limits leave some of it. Floors that do not fit
 * shrink alike.
 */
export function divide(capacity: number, claims: readonly Claim[]): ReadonlyMap<string, number> {
  const wants = claims.map((claim) => ({ ...claim, demand: Math.min(claim.demand, limitOf(claim)) }));
  const floors = wants.map(({ floor, demand }) => Math.min(floor, demand));
  const promised = sum(floors);
  const fitting = promised > capacity ? capacity / promised : 1;
  const shares = new Map(wants.map(({ name }, at) => [name, floors[at]! * fitting]));
  let left = capacity - sum(shares.values());
  const priorities = [...new Set(wants.map(({ priority }) => priority))].toSorted((a, b) => a - b);
  for (const priority of priorities) {
    const group = wants.filter((claim) => claim.priority === priority);
    left -= fill(left, group, shares);
  }
  spread(left, claims, shares);
  return shares;
}

function limitOf({ limit }: Claim): number {
  return limit ?? Number.POSITIVE_INFINITY;
}

/** Adds what is left by weight, to each as much as its limit allows. */
function spread(left: number, claims: readonly Claim[], shares: Map<string, number>): void {
  const rooms = claims.map((claim) => ({ ...claim, demand: limitOf(claim) - shares.get(claim.name)! }));
  const added = new Map(claims.map(({ name }) => [name, 0]));
  fill(left, rooms, added);
  for (const [name, share] of shares) shares.set(name, share + added.get(name)!);
}

/** Raises the lowest shares for their weight until all is wanted no more or the rest is used. Returns what it used. */
function fill(left: number, claims: readonly Claim[], shares: Map<string, number>): number {
  if (left <= 0) return 0;
  const level = waterLevel(left, claims, shares);
  let used = 0;
  for (const { name, demand, weight } of claims) {
    const before = shares.get(name)!;
    const after = Math.max(before, Math.min(demand, level * weight));
    shares.set(name, after);
    used += after - before;
  }
  return used;
}

/**
 * The level at which raising each to `min(demand, level x weight)` uses exactly what is left. That sum is piecewise
 * linear in the level: it bends only where a claim starts above its share so far, or ends at its demand.
 */
function waterLevel(left: number, claims: readonly Claim[], shares: ReadonlyMap<string, number>): number {
  const bends = claims
    .flatMap(({ name, demand, weight }) => [
      { at: shares.get(name)! / weight, slope: weight },
      { at: Math.max(demand, shares.get(name)!) / weight, slope: -weight },
    ])
    .toSorted((a, b) => a.at - b.at);
  let level = 0;
  let slope = 0;
  let used = 0;
  for (const bend of bends) {
    const next = used + slope * (bend.at - level);
    if (next > left) return level + (left - used) / slope;
    used = next;
    level = bend.at;
    slope += bend.slope;
  }
  return level;
}

/** Every fault of the capacity and its claims; none when they can be divided. */
export function divisionFaults(capacity: number, claims: readonly Omit<Claim, 'demand'>[]): readonly Fault[] {
  const faults: Fault[] = [];
  if (!(capacity > 0)) {
    faults.push({
      field: 'capacity',
      value: capacity,
      rule: 'must be above 0',
      fix: 'what the service bears',
    });
  }
  for (const { name, weight, floor } of claims) {
    if (!(weight > 0)) {
      faults.push({ field: `${name}.weight`, value: weight, rule: 'must be above 0', fix: '1' });
    }
    if (!(floor >= 0))
      faults.push({ field: `${name}.floor`, value: floor, rule: 'must be 0 or more', fix: '0' });
  }
  const floors = sum(claims.map(({ floor }) => floor));
  if (floors > capacity) {
    const rule = `the floors add up to ${floors}, above the capacity of ${capacity}`;
    faults.push({ field: 'floors', value: floors, rule, fix: 'lower floors, or raise the capacity' });
  }
  return faults;
}

/** Jain's index of fairness: 1 when all are equal, 1 / n when one has everything; null for nobody. */
export function jainIndex(shares: readonly number[]): number | null {
  const squares = sum(shares.map((share) => share * share));
  return squares === 0 ? null : sum(shares) ** 2 / (shares.length * squares);
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
