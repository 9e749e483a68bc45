/** The drills of the database: as they are, without the functions, and their controls. */

import { describe, expect, it } from 'vitest';
import type { DrillLine } from '../../../proving/drills/index.ts';
import { itInFull, LOAD_PCT } from '../in-full.ts';
import { HELD, NOT_HELD, stage, type Drilled } from './stage.ts';

/** Expectations that a slow machine may fail. */
const OF_TIME = /^(longest_gap_ms|reads_p99_ms|added_ms|decided_ms|rds:FailoverDBCluster called) /;

async function drill(scenario: string, fault: string, ...options: readonly string[]): Promise<Drilled> {
  const drilled = await stage.drill<DrillLine>(scenario, fault, ...options);
  expect(drilled.line.wrong_reads).toBe(0);
  return drilled;
}

/** What users and their data must never meet, whatever the machine. */
function expectNothingLost({ code, line }: Drilled): void {
  const { not_held } = line;
  expect(line.requests).toBeGreaterThan(50 * LOAD_PCT);
  expect(line.acked_writes).toBeGreaterThan(10 * LOAD_PCT);
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
// In this order more than a minute passes between two removals from the pool, and between two changes of the writer
// that probers saw: one is all that the controllers' own limits allow (I-05, I-10).
export function databaseDrills(): void {
  describe('a drill of the database', () => {
    it('F-02: database-writer hang: a reader is promoted, nothing is lost, the old writer accepts nothing', () =>
      hungWriter());
    it('database-reader kill: nothing is lost, and the functions saw, decided and acted', () =>
      withEverything('database-reader', 'kill'));
    itInFull('database-reader kill without functions: the data plane does it alone', () =>
      withoutFunctions('database-reader', 'kill'),
    );
    itInFull(
      'F-32: database-reader lag: nobody misses their own write, and the reader leaves the pool',
      laggingReader,
    );
    itInFull('database-writer kill without functions: the data plane does it alone', () =>
      withoutFunctions('database-writer', 'kill'),
    );
    itInFull('F-02: database-writer hang without the stream: the alarm alone has a reader promoted', () =>
      hungWriter('--without', 'stream'),
    );
    itInFull(
      'F-07: database-reader partition: the clients do without it, and nobody is promoted',
      partitionedReader,
    );
    it('F-06: database-writer blind: nothing is removed and nobody is promoted', blindProber);
    itInFull('database-reader hang: nothing is lost, and the functions saw, decided and acted', () =>
      withEverything('database-reader', 'hang'),
    );
    it('database-reader hang, its control: plain clients do fail', () => control('database-reader', 'hang'));
    itInFull('database-writer kill: nothing is lost, and the functions saw, decided and acted', () =>
      withEverything('database-writer', 'kill'),
    );
    itInFull('database-writer kill, its control: plain clients do fail', () =>
      control('database-writer', 'kill'),
    );
  });
}
