/**
 * Metric data by second, read back in periods. CloudWatch's finest resolution is a second, so values of the
 * same second share a cell. Periods are aligned to the epoch.
 */

import type { TimedPoint } from './reason.ts';
import { type Cell, statistic } from './statistics.ts';
import type { MetricId } from './types.ts';

/** CloudWatch keeps data with a resolution under a minute for three hours. */
export const RETENTION_MS = 3 * 3600_000;

export interface MetricValue extends MetricId {
  readonly value: number;
  readonly unit: string;
  /** Epoch ms. */
  readonly at: number;
}

export interface MetricQuery extends MetricId {
  readonly statistic: string;
  readonly periodMs: number;
  /** Only data of this unit. @default - any unit */
  readonly unit?: string;
}

interface Series {
  readonly id: MetricId;
  /** Ascending by second. */
  readonly cells: Cell[];
}

export class MetricStore {
  readonly #series = new Map<string, Series>();
  readonly #retentionMs: number;

  constructor(retentionMs: number = RETENTION_MS) {
    this.#retentionMs = retentionMs;
  }

  put(datum: MetricValue, now: number): void {
    const key = metricKey(datum);
    let series = this.#series.get(key);
    if (!series) {
      const { namespace, name, dimensions } = datum;
      series = { id: { namespace, name, dimensions }, cells: [] };
      this.#series.set(key, series);
    }
    insert(series.cells, datum);
    this.#prune(series, now);
  }

  metrics(): MetricId[] {
    return [...this.#series.values()].map((series) => series.id);
  }

  /** The latest `count` whole periods that ended at or before `now`, newest first. */
  latest(query: MetricQuery, count: number, now: number): TimedPoint[] {
    const end = Math.floor(now / query.periodMs) * query.periodMs;
    return this.range(query, end - count * query.periodMs, end).reverse();
  }

  /** One point for every period that starts in [from, to), oldest first. */
  range(query: MetricQuery, from: number, to: number): TimedPoint[] {
    const compute = statistic(query.statistic);
    if (!compute) throw new RangeError(`Statistic = ${query.statistic}: not supported`);
    const cells = this.#series.get(metricKey(query))?.cells ?? [];
    const points: TimedPoint[] = [];
    const start = Math.floor(from / query.periodMs) * query.periodMs;
    for (let at = start; at < to; at += query.periodMs) {
      const within = between(cells, at, at + query.periodMs).filter(
        (cell) => query.unit === undefined || cell.unit === query.unit,
      );
      points.push({ at, value: within.length > 0 ? compute(within) : undefined });
    }
    return points;
  }

  #prune(series: Series, now: number): void {
    const oldest = Math.floor((now - this.#retentionMs) / 1000);
    series.cells.splice(0, lowerBound(series.cells, oldest));
  }
}

/** Two metrics are the same if namespace, name and the whole set of dimensions are. */
export function metricKey(id: MetricId): string {
  const dimensions = Object.entries(id.dimensions).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([id.namespace, id.name, dimensions]);
}

function insert(cells: Cell[], datum: MetricValue): void {
  const second = Math.floor(datum.at / 1000);
  const after = cells.findLastIndex((cell) => cell.second <= second);
  const same = sameCell(cells, after, second, datum.unit);
  if (same) same.values.push(datum.value);
  else cells.splice(after + 1, 0, { second, unit: datum.unit, values: [datum.value] });
}

function sameCell(cells: readonly Cell[], last: number, second: number, unit: string): Cell | undefined {
  for (let index = last; index >= 0 && cells[index]!.second === second; index -= 1) {
    if (cells[index]!.unit === unit) return cells[index];
  }
  return undefined;
}

function between(cells: readonly Cell[], from: number, to: number): Cell[] {
  const first = lowerBound(cells, Math.ceil(from / 1000));
  const last = lowerBound(cells, Math.ceil(to / 1000));
  return cells.slice(first, last);
}

function lowerBound(cells: readonly Cell[], second: number): number {
  let low = 0;
  let high = cells.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cells[middle]!.second < second) low = middle + 1;
    else high = middle;
  }
  return low;
}
