import { describe, expect, it } from 'vitest';
import { shardOfKey } from '../../../../proving/drills/cache/slots.ts';
import { homeBySlots } from '../../../../proving/drills/cache/home.ts';
import { toCacheLine, type CacheMeasured } from '../../../../proving/drills/cache/line.ts';
import type { CacheLine } from '../../../../proving/drills/cache/model.ts';
import { cacheShard } from '../../../../proving/drills/cache/scenarios/cache-shard.ts';
import type { CacheRun } from '../../../../proving/drills/cache/types.ts';
import { lookOf, node } from './nodes.ts';
import { lostWrite, read, write } from './seen.ts';

const PRODUCTS = Array.from({ length: 200 }, (_, n) => n + 1);
const on = (shard: number): number[] => PRODUCTS.filter((p) => shardOfKey(`:catalog:${p}`, 4) === shard);
const [A, B, C] = on(1) as [number, number, number];
const [OTHER, ANOTHER] = on(0) as [number, number];
const FAULT = 10_000;
const RETURN = 20_000;
const END = 40_000;

const RUN: CacheRun = {
  setting: { fault: 'hang', without: null, deny: null, control: false, pace: 'fast' },
  layout: { victims: [node(1)], home: homeBySlots(PRODUCTS, 4) },
  samples: [
    read(A, 500),
    read(A, 5000),
    read(OTHER, 5000),
    write(A, FAULT + 100, 2),
    read(A, FAULT + 300, { source: 'miss', version: 2 }),
    read(OTHER, FAULT + 400),
    read(A, FAULT + 3000, { source: 'miss', version: 2 }),
    read(A, RETURN + 500, { version: 2 }),
    read(OTHER, END - 1000),
  ],
  countedFrom: 1000,
  faultAt: FAULT,
  returnedAt: RETURN,
  endedAt: END,
  looks: [lookOf(node(0), [OTHER]), lookOf(node(1), [A], 2)],
  returns: [lookOf(node(1), [A, B], 1, RETURN)],
  last: [lookOf(node(0), [OTHER]), lookOf(node(1), [A], 2)],
  visits: [read(A, END, { version: 2 })],
  before: new Map(PRODUCTS.map((product) => [product, 1])),
  after: new Map(PRODUCTS.map((product) => [product, product === A ? 2 : 1])),
  fills: [
    {
      inFlightMaxOfOneKey: 1,
      perSecond: new Map([
        [5, 900],
        [10, 3],
        [13, 4],
      ]),
      loadsPerS: 100,
      commandMs: 100,
    },
  ],
};

function lineOf(run: Partial<CacheRun> = {}, rest: Partial<CacheMeasured> = {}): CacheLine {
  return toCacheLine({
    scenario: cacheShard,
    run: { ...RUN, ...run },
    seed: 1,
    faultVerified: true,
    records: null,
    denied: [],
    lagMsMax: 1,
    versions: {},
    ...rest,
  });
}

const plus = (...samples: CacheRun['samples']): Partial<CacheRun> => ({
  samples: [...RUN.samples, ...samples],
});

describe('the line of a cache drill', () => {
  it('holds when nothing is wrong, with every number in its place', () => {
    const line = lineOf();
    expect(line.not_held).toEqual([]);
    expect(line).toMatchObject({
      scenario: 'cache-shard',
      tier: 'cache',
      fault: 'hang',
      target: 'demo-cache-1',
      held: true,
      fault_verified: true,
      requests: 8,
      failed: 0,
      wrong_reads: 0,
      acked_writes: 1,
      lost_acked_writes: 0,
      invented_writes: 0,
      rehashed_keys: 0,
      hit_pct_before: 100,
      hit_pct_during: 33.3,
      hit_pct_other_shards_during: 100,
      hit_pct_after: 100,
      unexplained_misses_other_shards: 0,
      max_fills_in_flight_per_key: 1,
      db_reads_per_s_max: 4,
      db_read_budget: 100,
      keys_changed_while_away: 1,
      stale_on_shard_at_return: 1,
      first_second_p99_ms: 1,
      later_reads_p99_ms: 1,
      other_shards_p99_ms: 1,
      pre_other_shards_p99_ms: 1,
      command_timeout_ms: 100,
      serves_again_ms: 501,
      stale_entries_at_end: 0,
      stale_answers_at_end: 0,
      reads_by_source: { hit: 3, gutter: 0, stale: 0, miss: 2 },
    });
  });

  it.each<[string, Partial<CacheRun>]>([
    ['failed = 0', plus(read(A, FAULT + 500, { ok: false, source: null, version: null, status: 500 }))],
    ['failed = 0', plus(lostWrite(C, FAULT + 500))],
    ['refused = 0', plus(read(A, FAULT + 500, { ok: false, refused: true, version: null }))],
    ['wrong_reads = 0', plus(read(A, FAULT + 500, { version: 1 }))],
    ['wrong_reads = 0', plus(read(A, RETURN + 900, { version: 1 }))],
    ['wrong_reads = 0', plus(read(OTHER, FAULT + 500, { version: 7 }))],
    ['lost_acked_writes = 0', plus(write(B, FAULT + 500, 5))],
    ['lost_acked_writes = 0', { after: null }],
    ['invented_writes = 0', { after: new Map([...RUN.after!, [B, 9]]) }],
    ['rehashed_keys = 0', { looks: [...RUN.looks, lookOf(node(0), [A])] }],
    ['rehashed_keys = 0', { looks: [] }],
    ['stale_entries_at_end = 0', { last: [lookOf(node(1), [A], 1, END)] }],
    ['stale_entries_at_end = 0', { last: [] }],
    ['stale_answers_at_end = 0', { visits: [read(A, END, { version: 1 })] }],
    ['stale_answers_at_end = 0', { visits: [read(A, END, { ok: false, version: null })] }],
    ['unexplained_misses_other_shards = 0', plus(read(OTHER, FAULT + 900, { source: 'miss' }))],
    ['max_fills_in_flight_per_key = 1', { fills: [{ ...RUN.fills[0]!, inFlightMaxOfOneKey: 2 }] }],
    ['max_fills_in_flight_per_key = 1', { fills: [null] }],
    ['db_reads_per_s_max <= db_read_budget', { fills: [{ ...RUN.fills[0]!, loadsPerS: 3 }] }],
    ['db_reads_per_s_max <= db_read_budget', { fills: [{ ...RUN.fills[0]!, loadsPerS: null }] }],
    [
      'first_second_p99_ms <= command_timeout_ms + 20',
      plus(read(A, FAULT + 500, { completedAt: FAULT + 621, version: 2 })),
    ],
    [
      'later_reads_p99_ms <= command_timeout_ms + 20',
      plus(read(A, RETURN + 900, { completedAt: RETURN + 1021, version: 2 })),
    ],
    [
      'other_shards_p99_ms < command_timeout_ms',
      plus(read(OTHER, RETURN + 900, { completedAt: RETURN + 1000 })),
    ],
    ['serves_again_ms <= 15000', { returnedAt: null }],
    ['serves_again_ms <= 15000', { samples: RUN.samples.filter(({ sentAt }) => sentAt !== RETURN + 500) }],
  ])('does not hold: %s', (rule, run) => {
    const line = lineOf(run);
    expect(line.held).toBe(false);
    expect(line.not_held).toContain(rule);
  });

  it('does not hold when the fault was not verified', () => {
    expect(lineOf({}, { faultVerified: false })).toMatchObject({ held: false, not_held: [] });
  });

  it('does not hold when a function of ours was refused a call', () => {
    const denied = [{ function: 'cache-router', action: 'elasticache:X', resource: '*' }];
    expect(lineOf({}, { denied }).not_held).toEqual([
      'AccessDenied: cache-router may not elasticache:X on *',
    ]);
  });

  it('a miss of another shard that was written before counts as explained', () => {
    const explained = plus(
      write(ANOTHER, FAULT + 100, 2),
      read(ANOTHER, FAULT + 50),
      read(ANOTHER, FAULT + 900, { source: 'miss', version: 2 }),
    );
    const after = new Map([...RUN.after!, [ANOTHER, 2]]);
    expect(lineOf({ ...explained, after }).not_held).toEqual([]);
  });

  it('old entries at the return are those older than what was acknowledged by then, on their own shard', () => {
    const late = { ...plus(write(B, RETURN + 100, 2)), after: new Map([...RUN.after!, [B, 2]]) };
    expect(lineOf(late).stale_on_shard_at_return).toBe(1);
    const elsewhere = { returns: [lookOf(node(0), [A, B], 1, RETURN)] };
    expect(lineOf(elsewhere).stale_on_shard_at_return).toBe(0);
    expect(lineOf({ returns: [] }).stale_on_shard_at_return).toBeNull();
  });

  it('keys of other shards that changed meanwhile are no part of the trap', () => {
    const more = plus(write(OTHER, FAULT + 600, 2), write(B, FAULT + 600, 2), write(B, FAULT + 700, 3));
    expect(lineOf(more).keys_changed_while_away).toBe(2);
  });

  it('what was never acknowledged may be old anywhere, however the database has it', () => {
    const newer = { after: new Map([...RUN.after!, [OTHER, 2]]) };
    expect(lineOf({ ...plus(lostWrite(OTHER, FAULT + 9000)), ...newer })).toMatchObject({
      stale_entries_at_end: 0,
      stale_answers_at_end: 0,
    });
  });

  it('requests of the warm-up count for nothing but the truth', () => {
    const early = plus(write(B, 100, 3), read(B, 200, { version: 2 }));
    const line = lineOf({ ...early, after: new Map([...RUN.after!, [B, 3]]) });
    expect(line).toMatchObject({ requests: 8, wrong_reads: 1, invented_writes: 1 });
  });
});
