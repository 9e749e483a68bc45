/** What a node counts between two reports. */

import type { GroupReport, NodeReport } from '../node-protocol.ts';

/** Enough of them that averages and percentiles of a minute keep their meaning. */
const QUANTILES = 20;
const TIMES_MAX = 10_000;

interface GroupCount {
  requests: number;
  connectionErrors: number;
  byClass: [number, number, number, number];
  times: number[];
}

export class Counters {
  private requests = 0;
  private elb4xx = 0;
  private elb5xx = 0;
  private groups = new Map<string, GroupCount>();

  request(): void {
    this.requests++;
  }

  /** An answer of the balancer's own. */
  ownAnswer(status: number): void {
    if (status >= 500) this.elb5xx++;
    else if (status >= 400) this.elb4xx++;
  }

  forwarded(group: string): void {
    this.of(group).requests++;
  }

  connectionError(group: string): void {
    this.of(group).connectionErrors++;
  }

  /** @param tookMs from when the request left until the answer began */
  targetAnswer(group: string, status: number, tookMs: number): void {
    const count = this.of(group);
    const at = Math.floor(status / 100) - 2;
    if (at >= 0 && at <= 3) count.byClass[at as 0 | 1 | 2 | 3]++;
    if (count.times.length < TIMES_MAX) count.times.push(tookMs / 1_000);
  }

  /** Everything since the last call. */
  take(health: ReadonlyMap<string, { readonly healthy: number; readonly unhealthy: number }>): NodeReport {
    const names = new Set([...this.groups.keys(), ...health.keys()]);
    const groups = Object.fromEntries(
      [...names].map((name) => [name, groupReport(this.of(name), health.get(name))] as const),
    );
    const { requests, elb4xx, elb5xx } = this;
    this.requests = 0;
    this.elb4xx = 0;
    this.elb5xx = 0;
    this.groups = new Map();
    return { requests, elb4xx, elb5xx, groups };
  }

  private of(group: string): GroupCount {
    const known = this.groups.get(group);
    if (known) return known;
    const fresh: GroupCount = { requests: 0, connectionErrors: 0, byClass: [0, 0, 0, 0], times: [] };
    this.groups.set(group, fresh);
    return fresh;
  }
}

function groupReport(
  { requests, connectionErrors, byClass, times }: GroupCount,
  health: { readonly healthy: number; readonly unhealthy: number } = { healthy: 0, unhealthy: 0 },
): GroupReport {
  const [target2xx, target3xx, target4xx, target5xx] = byClass;
  const answers = { target2xx, target3xx, target4xx, target5xx };
  return { requests, connectionErrors, ...answers, responseTimes: quantiles(times), ...health };
}

/** All of few, else evenly chosen ones of many. */
export function quantiles(values: readonly number[]): readonly number[] {
  const sorted = values.toSorted((a, b) => a - b);
  if (sorted.length <= QUANTILES) return sorted;
  return Array.from(
    { length: QUANTILES },
    (_, at) => sorted[Math.floor(((at + 0.5) / QUANTILES) * sorted.length)] ?? 0,
  );
}
