/**
 * The drills of the cache and their controls through the command line, in one sandbox.
 *
 * Whether latencies hold depends on the machine, so the exit code may say "not held"; what users and their data
 * must never meet does not.
 */

import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CacheLine } from '../../proving/drills/index.ts';
import { said, startNode, temporaryStateDir, understudy, type Running } from '../bin/command.ts';
import { untilGone, workingIn } from './processes.ts';

const HEALTHY_MS_MAX = 200_000;
const ENDS_MS_MAX = 20_000;
const HELD = 0;
const NOT_HELD = 1;
/** Expectations that a slow machine may fail: a shard that answers late is left alone for a moment, too. */
const OF_TIME =
  /^(first_second_p99_ms|later_reads_p99_ms|other_shards_p(50|99)_ms|serves_again_ms|unexplained_misses_other_shards|hit_pct_after) /;
const TRAP_KEYS_MIN = 500;

const stateDir = temporaryStateDir();
const env = { UNDERSTUDY_STATE_DIR: stateDir };
let holder: Running;

beforeAll(async () => {
  holder = startNode(path.join(import.meta.dirname, 'hold.ts'), ['deployed'], env);
  await said(holder, 'the sandbox is held', HEALTHY_MS_MAX);
});

afterAll(async () => {
  holder.child.kill('SIGINT');
  await Promise.race([holder.ended, new Promise((resolve) => setTimeout(resolve, ENDS_MS_MAX))]);
  holder.child.kill('SIGKILL');
  await untilGone(workingIn(stateDir), ENDS_MS_MAX);
  fs.rmSync(stateDir, { recursive: true, force: true });
});

interface Drilled {
  readonly code: number | null;
  readonly line: CacheLine;
}

async function drill(scenario: string, fault: string, ...options: readonly string[]): Promise<Drilled> {
  const command = ['drill', scenario, '--fault', fault, '--json', ...options];
  const { code, stdout, stderr } = await understudy(command, env);
  const lines = stdout.split('\n').filter((text) => text !== '');
  expect(lines, stderr).toHaveLength(1);
  const line = JSON.parse(lines[0]!) as CacheLine;
  expect(line, JSON.stringify(line)).toMatchObject({ scenario, fault, tier: 'cache', fault_verified: true });
  return { code, line };
}

async function withEverything(scenario: string, fault: string): Promise<CacheLine> {
  const { code, line } = await drill(scenario, fault);
  expect(
    line.not_held.filter((rule) => !OF_TIME.test(rule)),
    JSON.stringify(line),
  ).toEqual([]);
  expect(line.requests).toBeGreaterThan(5000);
  expect(line.acked_writes).toBeGreaterThan(1000);
  expect(line.hit_pct_before).toBeGreaterThan(50);
  expect(line.serves_again_ms).not.toBeNull();
  expect(code).toBe(line.not_held.length === 0 ? HELD : NOT_HELD);
  return line;
}

/** What the fault does to plain clients on a ring: something fails, is old, or has moved. */
async function control(scenario: string, fault: string): Promise<CacheLine> {
  const { line } = await drill(scenario, fault, '--control');
  expect(line, JSON.stringify(line)).toMatchObject({ control: true, held: false, db_read_budget: null });
  expect(line.failed + line.wrong_reads + (line.rehashed_keys ?? 0)).toBeGreaterThan(0);
  return line;
}

describe('a drill of the cache', () => {
  it('I-20, I-21: cache-shard hang: its keys are misses, no key moves, and one load at a time', async () => {
    const line = await withEverything('cache-shard', 'hang');
    expect(line.hit_pct_other_shards_during).toBeGreaterThan(line.hit_pct_during!);
  });

  it('cache-shard partition, its control: keys move to others, and come back old', async () => {
    const line = await control('cache-shard', 'partition');
    expect(line.rehashed_keys).toBeGreaterThan(0);
  });

  it('F-01: cache-return-stale kill: nothing of the old file is served', async () => {
    const line = await withEverything('cache-return-stale', 'kill');
    expect(line.keys_changed_while_away).toBeGreaterThanOrEqual(TRAP_KEYS_MIN);
    expect(line.stale_on_shard_at_return).toBeGreaterThanOrEqual(TRAP_KEYS_MIN);
  });

  it('F-02: cache-return-stale hang: nothing that it held is served', async () => {
    const line = await withEverything('cache-return-stale', 'hang');
    expect(line.stale_on_shard_at_return).toBeGreaterThanOrEqual(TRAP_KEYS_MIN);
  });

  it('cache-return-stale kill, its control: old values are served', async () => {
    const line = await control('cache-return-stale', 'kill');
    expect(line.wrong_reads).toBeGreaterThan(0);
  });

  it('cache-two-shards kill, its control: keys move to others', async () => {
    const line = await control('cache-two-shards', 'kill');
    expect(line.rehashed_keys).toBeGreaterThan(0);
  });

  it('F-28: cache-all flush: the database is asked no more than it was given to load', async () => {
    const line = await withEverything('cache-all', 'flush');
    expect(line.db_reads_per_s_max).toBeLessThanOrEqual(line.db_read_budget!);
    expect(line.refused).toBeGreaterThan(0);
  });
});
