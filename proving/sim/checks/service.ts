/** What the checkers of the throttled service share: new seconds, and since when nothing has disturbed it. */

import type { SimView } from '../model.ts';
import type { CallerSecond, ServiceSecond, ServiceView } from '../service/index.ts';
import { newcomers } from './checker.ts';

export const SECOND_MS = 1000;
/** A process that is gone keeps its share for 45 s, and whoever takes it up reports every 10 s and waits for it. */
export const LEASES_SETTLE_MS = 75_000;

/** Looks at each second once, as it is handed out; null where nothing is throttled, or nothing is new. */
export function newSeconds(): (view: SimView) => readonly ServiceSecond[] {
  const added = newcomers<ServiceSecond>();
  return ({ service }) => (service === null ? [] : added(service.seconds));
}

/**
 * When instances, or what their slots bear, last changed, or leases were not renewed; epoch ms. The start is a change.
 */
export function disturbances(): (second: ServiceSecond) => number {
  const changedAt = changes();
  let renewedAt = 0;
  return (second) => {
    if (!isRenewed(second)) renewedAt = second.at;
    return Math.max(changedAt(second), renewedAt);
  };
}

/** When instances, or what their slots bear, last changed. */
export function changes(): (second: ServiceSecond) => number {
  let known: string | null = null;
  let at = 0;
  return ({ at: now, bearsPerS, instances }) => {
    const seen = `${bearsPerS} ${instances.map(({ instance, isFrozen }) => `${instance} ${isFrozen}`).join()}`;
    if (seen !== known) at = now;
    known = seen;
    return at;
  };
}

/** Every place has a process with a lease that is renewed, and that uses all of it. */
export function isRenewed({ at, instances }: ServiceSecond): boolean {
  return instances.every(
    ({ lease, isFrozen, perSecond }) =>
      lease !== null && !isFrozen && lease.until > at + SECOND_MS && perSecond >= lease.total * WHOLE,
  );
}

/** But for rounding. */
const WHOLE = 0.999;

/** The last seconds, at most so many. */
export class Recent {
  readonly #count: number;
  #seconds: ServiceSecond[] = [];

  constructor(count: number) {
    this.#count = count;
  }

  add(second: ServiceSecond): void {
    this.#seconds = [...this.#seconds.slice(1 - this.#count), second];
  }

  clear(): void {
    this.#seconds = [];
  }

  /** All of them, once there are enough; null before. */
  get whole(): readonly ServiceSecond[] | null {
    return this.#seconds.length < this.#count ? null : this.#seconds;
  }
}

export interface Sum {
  requests: number;
  answered: number;
  readonly latenciesMs: number[];
}

/** What the callers met over these seconds together. */
export function sumOf(seconds: readonly ServiceSecond[], isMeant: (caller: string) => boolean): Sum {
  const sum: Sum = { requests: 0, answered: 0, latenciesMs: [] };
  for (const { callers } of seconds) {
    for (const [name, second] of callers) if (isMeant(name)) addTo(sum, second);
  }
  return sum;
}

export function addTo(sum: Sum, { requests, answered, latenciesMs }: CallerSecond): void {
  sum.requests += requests;
  sum.answered += answered;
  sum.latenciesMs.push(...latenciesMs);
}

/** The 99th of a hundred. */
export function p99(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.99))] ?? 0;
}

export function namesOf({ site }: ServiceView, kind: string): ReadonlySet<string> {
  return new Set(site.callers.filter((caller) => caller.kind === kind).map(({ name }) => name));
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
