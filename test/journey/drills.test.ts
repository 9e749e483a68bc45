/**
 * Every drill through the command line, in one sandbox: as it is, without the functions, and its control.
 *
 * Whether latencies hold depends on the machine, so the exit code may say "not held"; what users and their data
 * must never meet does not.
 */

import { describe, expect, it } from 'vitest';
import type { DrillLine, ThrottleLine } from '../../proving/drills/index.ts';
import * as stage from './drill-stage.ts';
import { drillStage, HELD, NOT_HELD, type Drilled } from './drill-stage.ts';

/** Expectations that a slow machine may fail. */
const OF_TIME =
  /^(longest_gap_ms|reads_p99_ms|added_ms|decided_ms|rds:FailoverDBCluster called|good_p99_ms|goodput_at_10x|normal_after_ms) /;

const held = drillStage();

async function drill<Line extends DrillLine>(
  scenario: string,
  fault: string,
  ...options: readonly string[]
): Promise<Drilled<Line>> {
  const drilled = await held.drill<Line>(scenario, fault, ...options);
  expect(drilled.line.wrong_reads).toBe(0);
  return drilled;
}

/** What users and their data must never meet, whatever the machine. */
function expectNothingLost({ code, line }: Drilled): void {
  const { not_held } = line;
  expect(line.requests).toBeGreaterThan(5000);
  expect(line.acked_writes).toBeGreaterThan(1000);
  expect(line, JSON.stringify(line)).toMatchObject({
    failed_reads: 0,
    lost_acked_writes: 0,
    invented_writes: 0,
    duplicated: 0,
    wrong_reads: 0,
  });
  expect(line.recovered_ms).not.toBeNull();
  expect(not_held.filter((rule) => !OF_TIME.test(rule))).toEqual([]);
  expect(code).toBe(not_held.length === 0 ? HELD : NOT_HELD);
}

async function withEverything(scenario: string, fault: string): Promise<void> {
  const drilled = await drill(scenario, fault);
  expectNothingLost(drilled);
  const { line } = drilled;
  expect(line.without).toBeNull();
  expect(line.detected_ms).toBeGreaterThan(0);
  expect(line.decided_ms).toBeGreaterThan(0);
  expect(line.actions).not.toEqual([]);
  for (const action of line.actions) {
    expect(action).toEqual({
      function: expect.stringMatching(/^(replica-pool|write-failover)$/),
      call: expect.any(String),
      target: expect.any(String),
      reason: expect.any(String),
      at_ms: expect.any(Number),
    });
  }
  if (scenario === 'database-writer') expect(line.managed_ms).toBeGreaterThan(0);
}

async function withoutFunctions(scenario: string, fault: string): Promise<void> {
  const drilled = await drill(scenario, fault, '--without', 'functions');
  expectNothingLost(drilled);
  const nothingDecided = { without: 'functions', detected_ms: null, decided_ms: null, actions: [] };
  expect(drilled.line).toMatchObject(nothingDecided);
}

async function control(scenario: string, fault: string): Promise<void> {
  const { code, line } = await drill(scenario, fault, '--control');
  expect(line.failed, JSON.stringify(line)).toBeGreaterThan(0);
  expect(line).toMatchObject({ control: true, detected_ms: null, decided_ms: null, actions: [] });
  // A reader's hypothesis is about reads that fail; a writer's is about writes after the managed failover.
  if (scenario === 'database-reader') expect(line.failed_reads).toBeGreaterThan(0);
  else expect(line.failed_writes).toBeGreaterThan(0);
  expect(code).toBe(line.held ? HELD : NOT_HELD);
}

/** The controllers had a reader promoted, and the old writer was written to when it was back: in vain. */
function expectPromoted({ line }: Drilled): void {
  expect(line, JSON.stringify(line)).toMatchObject({ promotions: 1, stale_writer_writes: 0 });
  expect(line.actions.map(({ call }) => call)).toContain('rds:FailoverDBCluster');
  expect(line.managed_ms).toBeGreaterThan(0);
  expect(line.added_ms).toBeGreaterThan(0);
}

async function hungWriter(...options: readonly string[]): Promise<void> {
  const drilled = await drill('database-writer', 'hang', ...options);
  expectNothingLost(drilled);
  expectPromoted(drilled);
}

async function laggingReader(): Promise<void> {
  const drilled = await drill('database-reader', 'lag');
  expectNothingLost(drilled);
  const { line } = drilled;
  expect(line, JSON.stringify(line)).toMatchObject({ stale_reads: 0, promotions: 0, removed: 1 });
  expect(line.decided_ms).toBeGreaterThan(0);
}

/** Nobody but one prober lost anything: whatever is done then is wrong. */
async function blindProber(): Promise<void> {
  const drilled = await drill('database-writer', 'blind');
  expectNothingLost(drilled);
  const { line } = drilled;
  expect(line, JSON.stringify(line)).toMatchObject({ failed: 0, removed: 0, promotions: 0 });
  expect(line.detected_ms).toBeGreaterThan(0);
}

async function partitionedReader(): Promise<void> {
  const drilled = await drill('database-reader', 'partition');
  expectNothingLost(drilled);
  expect(drilled.line).toMatchObject({ stale_reads: 0, promotions: 0 });
}

/** Rules that no machine may break. */
function brokenAnyhow(drilled: Drilled<ThrottleLine>): readonly string[] {
  return stage.brokenAnyhow(drilled, OF_TIME);
}

async function flood(): Promise<void> {
  const drilled = await drill<ThrottleLine>('caller-flood', 'flood');
  const { line } = drilled;
  expect(brokenAnyhow(drilled), JSON.stringify(line)).toEqual([]);
  expect(line.good_requests).toBeGreaterThan(4000);
  expect(line).toMatchObject({ good_failed: 0, failed: 0, denied: [], acked_writes: null });
  expect(line.quotas_in_force_ms).toBeLessThanOrEqual(30_000);
}

async function floodOfTheControl(): Promise<void> {
  const { line } = await drill<ThrottleLine>('caller-flood', 'flood', '--control');
  expect(line, JSON.stringify(line)).toMatchObject({ control: true, held: false, refused: 0 });
  expect(line.flood_share).toBeGreaterThan(10 * line.flood_quota_share!);
  expect(line.good_p99_ms).toBeGreaterThan(1000);
}

async function surge(): Promise<void> {
  const drilled = await drill<ThrottleLine>('overload', 'surge');
  const { line } = drilled;
  expect(brokenAnyhow(drilled), JSON.stringify(line)).toEqual([]);
  expect(line).toMatchObject({ restarts: 0, denied: [] });
  expect(line.goodput_at_10x).toBeGreaterThan(0.5 * line.peak_goodput!);
  expect(line.normal_after_ms).not.toBeNull();
  expect(line.goodput_by_class!['critical-plus']).toBeGreaterThan(line.goodput_by_class!['sheddable']!);
}

async function surgeOfTheControl(): Promise<void> {
  const { line } = await drill<ThrottleLine>('overload', 'surge', '--control');
  expect(line, JSON.stringify(line)).toMatchObject({ control: true, held: false, normal_after_ms: null });
  expect(line.failed).toBeGreaterThan(0);
  expect(line.goodput_at_10x).toBeLessThan(0.5 * line.peak_goodput!);
}

/** What a busy machine may break: how much is done in time, and who waits too long for it. */
const OF_WORK =
  /^(goodput_of_capacity_pct|good_failed|whole_users_pct|p99_ms|normal_after_ms|refused_p99_ms|refused_by_others_pct|within_refused_pct) /;

async function withoutHalf(): Promise<void> {
  const { line } = await drill<ThrottleLine>('half-capacity', 'kill');
  expect(
    line.not_held.filter((rule) => !OF_WORK.test(rule)),
    JSON.stringify(line),
  ).toEqual([]);
  expect(line).toMatchObject({ restarts: 0, denied: [] });
  expect(line.goodput_of_capacity_pct).toBeGreaterThan(60);
  expect(line.goodput_by_class!['critical-plus']).toBeGreaterThan(line.goodput_by_class!['sheddable']!);
}

async function storm(): Promise<void> {
  const { line } = await drill<ThrottleLine>('retry-storm', 'storm');
  expect(
    line.not_held.filter((rule) => !OF_WORK.test(rule)),
    JSON.stringify(line),
  ).toEqual([]);
  expect(line.attempts_per_request).toBeGreaterThan(2);
  expect(line.normal_after_ms).not.toBeNull();
}

async function withoutStore(): Promise<void> {
  const { line } = await drill<ThrottleLine>('throttle-store-down', 'hang');
  expect(
    line.not_held.filter((rule) => !OF_WORK.test(rule)),
    JSON.stringify(line),
  ).toEqual([]);
  expect(line).toMatchObject({ failed: 0, leases_renewed: 2, denied: [] });
}

// In this order more than a minute passes between two removals from the pool, and between two changes of the writer
// that probers saw: one is all that the controllers' own limits allow (I-05, I-10).
describe('a drill', () => {
  it('F-02: database-writer hang: a reader is promoted, nothing is lost, the old writer accepts nothing', () =>
    hungWriter());
  it('database-reader kill: nothing is lost, and the functions saw, decided and acted', () =>
    withEverything('database-reader', 'kill'));
  it('database-reader kill without functions: the data plane does it alone', () =>
    withoutFunctions('database-reader', 'kill'));
  it(
    'F-32: database-reader lag: nobody misses their own write, and the reader leaves the pool',
    laggingReader,
  );
  it('database-writer kill without functions: the data plane does it alone', () =>
    withoutFunctions('database-writer', 'kill'));
  it('F-02: database-writer hang without the stream: the alarm alone has a reader promoted', () =>
    hungWriter('--without', 'stream'));
  it('F-07: database-reader partition: the clients do without it, and nobody is promoted', partitionedReader);
  it('F-06: database-writer blind: nothing is removed and nobody is promoted', blindProber);
  it('database-reader hang: nothing is lost, and the functions saw, decided and acted', () =>
    withEverything('database-reader', 'hang'));
  it('database-reader hang, its control: plain clients do fail', () => control('database-reader', 'hang'));
  it('database-writer kill: nothing is lost, and the functions saw, decided and acted', () =>
    withEverything('database-writer', 'kill'));
  it('database-writer kill, its control: plain clients do fail', () => control('database-writer', 'kill'));
  it('I-24: caller-flood: the flood is held to its quota, and nobody else fails', flood);
  it('caller-flood, its control: the flood takes the places of all', floodOfTheControl);
  it('I-25: overload: most of the best goodput at ten times the capacity, and normal after it', surge);
  it('overload, its control: a queue that nobody gets out of in time', surgeOfTheControl);
  it('I-25: half-capacity: the survivors do what they can, for those that matter most', withoutHalf);
  it('F-29: retry-storm: what stood still goes on as before, whatever its clients send', storm);
  it(
    'I-29: throttle-store-down: no decision fails, and nothing is admitted beyond the capacity',
    withoutStore,
  );
});
