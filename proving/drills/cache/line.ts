/** Puts the line of a cache drill together: the fields of every drill, and those of the cache. */

import { identity, judge, traffic } from '../line-parts.ts';
import { sightingOf } from '../measure/evidence.ts';
import { latencyMs, longestGapMs, recoveredMs, round } from '../measure/statistics.ts';
import type { Denial, TierRecords } from '../model.ts';
import { budgetPerS, fillsInFlightMax, loadsPerSMax } from './fills.ts';
import { History } from './history.ts';
import { strangers, type Home } from './home.ts';
import type { CacheFields, CacheLine, CacheSample } from './model.ts';
import {
  bySource,
  firstHitMs,
  hitPct,
  inventedReads,
  judgeWrites,
  unexplainedMisses,
  wrongReads,
} from './statistics.ts';
import type { CacheRun, CacheScenario, Look } from './types.ts';

export interface CacheMeasured {
  readonly scenario: CacheScenario;
  readonly run: CacheRun;
  readonly seed: number;
  readonly faultVerified: boolean;
  /** Null where no function ran. */
  readonly records: TierRecords | null;
  readonly denied: readonly Denial[];
  readonly loadPct?: number | null | undefined;
  readonly lagMsMax: number;
  readonly versions: Readonly<Record<string, string>>;
}

const FIRST_SECOND_MS = 1000;
/** `hit_pct_after` is about so long before the end. */
const LAST_MS = 5000;

export function toCacheLine(measured: CacheMeasured): CacheLine {
  const { scenario, run, denied } = measured;
  const { setting, layout } = run;
  const history = new History(run.samples);
  const target = layout.victims.map(({ id }) => id).join(', ');
  const line: CacheLine = {
    ...identity({ ...measured, setting, target, hypothesis: scenario.hypothesis(setting) }),
    ...NOT_OURS,
    ...sightingOf(
      measured.records,
      layout.victims.map(({ id }) => id),
      run.faultAt,
    ),
    denied,
    ...ofUsers(run, history),
    ...ofData(run, history),
    ...ofCache(run, history),
    held: false,
    not_held: [],
  };
  return { ...line, ...judge(line, scenario.expectations(setting)) };
}

/** Fields of members, and of what is done to them. */
const NOT_OURS = {
  duplicated: null,
  managed_ms: null,
  added_ms: null,
  stale_reads: null,
  stale_writer_writes: null,
  promotions: null,
  removed: null,
} as const;

function ofUsers(run: CacheRun, history: History) {
  const { faultAt, endedAt } = run;
  const samples = counted(run);
  const reads = samples.filter(isRead);
  const isElsewhere = elsewhere(run);
  const ofOthers = (some: readonly CacheSample[]) => some.filter(({ product }) => isElsewhere(product));
  const earlier = reads.filter(({ scheduledAt }) => scheduledAt < faultAt);
  const after = reads.filter(({ scheduledAt }) => scheduledAt >= faultAt);
  const firstSecond = after.filter(({ scheduledAt }) => scheduledAt < faultAt + FIRST_SECOND_MS);
  const later = after.filter(({ scheduledAt }) => scheduledAt >= faultAt + FIRST_SECOND_MS);
  const seen = traffic(samples, { faultAt, endedAt });
  const invented = run.after ? inventedReads(run.samples, run.after) : [];
  return {
    ...seen,
    // A write names the price that it wants: it can be sent again.
    failed_idempotent: seen.failed,
    wrong_reads: new Set([...wrongReads(run.samples, history), ...invented]).size,
    longest_gap_ms: longestGapMs(reads, faultAt, endedAt),
    recovered_ms: recoveredMs(samples, faultAt),
    first_second_p99_ms: latencyMs(firstSecond, 99),
    later_reads_p99_ms: latencyMs(later, 99),
    other_shards_p50_ms: latencyMs(ofOthers(later), 50),
    other_shards_p99_ms: latencyMs(ofOthers(later), 99),
    pre_other_shards_p50_ms: latencyMs(ofOthers(earlier), 50),
    pre_other_shards_p99_ms: latencyMs(ofOthers(earlier), 99),
    reads_by_source: bySource(after),
  };
}

function ofData({ samples, before, after, visits, last }: CacheRun, history: History) {
  const acked = samples.filter(({ kind, ok, version }) => kind === 'write' && ok && version !== null).length;
  if (!before || !after) {
    const unknown = { lost_acked_writes: null, invented_writes: null };
    return { acked_writes: acked, ...unknown, stale_entries_at_end: null, stale_answers_at_end: null };
  }
  const writes = judgeWrites(samples, history, { before, after });
  const isAnswered = visits.every(({ ok }) => ok);
  return {
    acked_writes: writes.acked,
    lost_acked_writes: writes.lost,
    invented_writes: writes.invented,
    stale_entries_at_end: last.length === 0 ? null : oldEntries(last, history),
    stale_answers_at_end: isAnswered ? wrongReads(visits, history).length : null,
  };
}

function ofCache(run: CacheRun, history: History): ShardFields {
  const { layout, faultAt, endedAt, returnedAt, looks, fills } = run;
  const { home } = layout;
  const samples = counted(run);
  const isBroken = broken(run);
  const isElsewhere = elsewhere(run);
  const away = { from: faultAt, to: returnedAt ?? endedAt };
  const whole = { from: faultAt, to: endedAt };
  return {
    rehashed_keys: looks.length === 0 ? null : strangers(looks, home),
    hit_pct_before: hitPct(samples, { from: run.countedFrom, to: faultAt }),
    hit_pct_during: hitPct(samples, away),
    hit_pct_other_shards_during: hitPct(samples, away, isElsewhere),
    hit_pct_after: hitPct(samples, { from: endedAt - LAST_MS, to: endedAt }),
    unexplained_misses_other_shards: unexplainedMisses(run.samples, history, whole, isElsewhere),
    max_fills_in_flight_per_key: fillsInFlightMax(fills),
    db_reads_per_s_max: loadsPerSMax(fills, whole),
    db_read_budget: budgetPerS(fills),
    keys_changed_while_away:
      returnedAt === null ? null : history.changedWithin(faultAt, returnedAt).filter(isBroken).length,
    stale_on_shard_at_return: staleAtReturn(run, history),
    command_timeout_ms: commandMs(run),
    serves_again_ms: returnedAt === null ? null : firstHitMs(samples, returnedAt, isBroken),
  };
}

type ShardFields = Omit<
  CacheFields,
  | 'first_second_p99_ms'
  | 'later_reads_p99_ms'
  | 'other_shards_p50_ms'
  | 'other_shards_p99_ms'
  | 'pre_other_shards_p50_ms'
  | 'pre_other_shards_p99_ms'
  | 'stale_entries_at_end'
  | 'stale_answers_at_end'
  | 'reads_by_source'
>;

function broken({ layout: { home, victims } }: CacheRun): (product: number) => boolean {
  return (product) => victims.some(({ shard }) => shard === home(product));
}

function elsewhere(run: CacheRun): (product: number) => boolean {
  const isBroken = broken(run);
  return (product) => run.layout.home(product) !== null && !isBroken(product);
}

function counted({ samples, countedFrom }: CacheRun): readonly CacheSample[] {
  return samples.filter(({ scheduledAt }) => scheduledAt >= countedFrom);
}

function isRead({ kind }: CacheSample): boolean {
  return kind === 'read';
}

/** Entries of their own shards that are older than the newest write that was acknowledged when the look began. */
function staleAtReturn({ returns, layout }: CacheRun, history: History): number | null {
  if (returns.length === 0) return null;
  return returns.reduce((sum, { node, at, entries }) => {
    const stale = [...entries].filter(
      ([product, version]) =>
        isAtHome(layout.home, product, node.shard) &&
        version !== null &&
        version < history.leastAt(product, at),
    );
    return sum + stale.length;
  }, 0);
}

function isAtHome(home: Home, product: number, shard: number): boolean {
  return home(product) === shard;
}

function oldEntries(looks: readonly Look[], history: History): number {
  const stale = looks.flatMap(({ at, entries }) =>
    [...entries].filter(([product, version]) => version !== null && version < history.leastAt(product, at)),
  );
  return stale.length;
}

function commandMs({ fills }: CacheRun): number | null {
  const all = fills.map((one) => one?.commandMs ?? null);
  return all.length === 0 || all.includes(null) ? null : round(Math.max(...all.map((ms) => ms!)));
}
