/** The numbers of a cache drill, computed from what its sender saw. Nothing here reads a clock. */

import { round } from '../measure/statistics.ts';
import type { History } from './history.ts';
import { SOURCES, type CacheSample, type Source } from './model.ts';

const WITHOUT_DATABASE: ReadonlySet<Source> = new Set(['hit', 'gutter', 'stale']);

/** Times between which requests were scheduled, epoch ms; the end is not part of it. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Reads that began after a write was acknowledged and answered something older, or something else. */
export function wrongReads(samples: readonly CacheSample[], history: History): readonly CacheSample[] {
  return samples.filter(
    ({ kind, ok, wrong, product, sentAt, version }) =>
      kind === 'read' && ok && (wrong || (version ?? 0) < history.leastAt(product, sentAt)),
  );
}

/** Answered reads that did not need the database, in percent; null when none was answered. */
export function hitPct(
  samples: readonly CacheSample[],
  { from, to }: Span,
  counts: (product: number) => boolean = () => true,
): number | null {
  const reads = samples.filter(
    ({ kind, ok, source, scheduledAt, product }) =>
      kind === 'read' && ok && source !== null && scheduledAt >= from && scheduledAt < to && counts(product),
  );
  if (reads.length === 0) return null;
  return round((100 * reads.filter(({ source }) => WITHOUT_DATABASE.has(source!)).length) / reads.length);
}

/**
 * Misses inside the span that nothing explains: the product had been read to the end before, so it was cached or
 * being served, and no write of it may have taken effect since that read began. Null when nothing could be judged.
 */
export function unexplainedMisses(
  samples: readonly CacheSample[],
  history: History,
  { from, to }: Span,
  counts: (product: number) => boolean,
): number | null {
  const reads = samples.filter(({ kind, ok, product }) => kind === 'read' && ok && counts(product));
  const byProduct = Map.groupBy(reads, ({ product }) => product);
  const judged = reads.filter(({ scheduledAt }) => scheduledAt >= from && scheduledAt < to);
  if (judged.length === 0) return null;
  return judged.filter((read) => {
    if (read.source !== 'miss') return false;
    const earlier = byProduct.get(read.product)!.filter(({ completedAt }) => completedAt <= read.sentAt);
    if (earlier.length === 0) return false;
    const last = earlier.reduce((a, b) => (a.completedAt > b.completedAt ? a : b));
    return !history.wasWritten(read.product, last.sentAt, read.completedAt);
  }).length;
}

/** From `from` until the first read that was sent then and answered from the shard; null when there was none. */
export function firstHitMs(
  samples: readonly CacheSample[],
  from: number,
  counts: (product: number) => boolean,
): number | null {
  const hits = samples.filter(
    ({ source, sentAt, product }) => source === 'hit' && sentAt >= from && counts(product),
  );
  if (hits.length === 0) return null;
  return round(Math.min(...hits.map(({ completedAt }) => completedAt)) - from);
}

export function bySource(samples: readonly CacheSample[]): Readonly<Record<string, number>> {
  const reads = samples.filter(({ kind, ok }) => kind === 'read' && ok);
  const counts = SOURCES.map((name) => [name, reads.filter(({ source }) => source === name).length] as const);
  return Object.fromEntries(counts);
}

/** What the database holds, by product. */
export type Versions = ReadonlyMap<number, number>;

export interface Writes {
  readonly acked: number;
  /** Acknowledged, and newer than what the database holds. */
  readonly lost: number;
  /** Versions that the database holds beyond all that was sent. */
  readonly invented: number;
}

export function judgeWrites(
  samples: readonly CacheSample[],
  history: History,
  { before, after }: { readonly before: Versions; readonly after: Versions },
): Writes {
  const acked = samples.filter(({ kind, ok, version }) => kind === 'write' && ok && version !== null);
  const beyond = [...after].map(([product, version]) =>
    Math.max(0, version - (before.get(product) ?? version) - history.attempts(product)),
  );
  return {
    acked: acked.length,
    lost: acked.filter(({ product, version }) => version! > (after.get(product) ?? 0)).length,
    invented: beyond.reduce((sum, versions) => sum + versions, 0),
  };
}

/** Answers with a version that the database never had. */
export function inventedReads(samples: readonly CacheSample[], after: Versions): readonly CacheSample[] {
  return samples.filter(
    ({ kind, ok, version, product }) =>
      kind === 'read' && ok && version !== null && version > (after.get(product) ?? Number.POSITIVE_INFINITY),
  );
}
