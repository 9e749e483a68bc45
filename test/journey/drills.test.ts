/**
 * Every drill through the command line, in one sandbox: as it is, without the functions, and its control.
 *
 * Whether latencies hold depends on the machine, so the exit code may say "not held"; what users and their data
 * must never meet does not.
 */

import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DrillLine } from '../../proving/drills/index.ts';
import { said, startNode, temporaryStateDir, understudy, type Running } from '../bin/command.ts';
import { untilGone, workingIn } from './processes.ts';

const HEALTHY_MS_MAX = 200_000;
const ENDS_MS_MAX = 20_000;
const HELD = 0;
const NOT_HELD = 1;
/** Expectations that a slow machine may fail. */
const OF_TIME = /^(longest_gap_ms|reads_p99_ms|added_ms) /;

const PAIRS = [
  ['database-reader', 'kill'],
  ['database-reader', 'hang'],
  ['database-writer', 'kill'],
] as const;

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
  readonly line: DrillLine;
}

async function drill(scenario: string, fault: string, ...options: readonly string[]): Promise<Drilled> {
  const { code, stdout, stderr } = await understudy(
    ['drill', scenario, '--fault', fault, '--json', ...options],
    env,
  );
  const lines = stdout.split('\n').filter((text) => text !== '');
  expect(lines, stderr).toHaveLength(1);
  const line = JSON.parse(lines[0]!) as DrillLine;
  expect(line).toMatchObject({ scenario, fault, fault_verified: true, wrong_reads: 0 });
  return { code, line };
}

/** What users and their data must never meet, whatever the machine. */
function expectNothingLost({ code, line }: Drilled): void {
  const { not_held, failure_codes, ...numbers } = line;
  expect(line.requests).toBeGreaterThan(5000);
  expect(line.acked_writes).toBeGreaterThan(1000);
  expect(numbers, JSON.stringify(failure_codes)).toMatchObject({
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

describe('with everything in place', () => {
  it.each(PAIRS)(
    '%s %s: nothing is lost, and the functions saw, decided and acted',
    async (scenario, fault) => {
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
    },
  );
});

describe('without the functions', () => {
  it.each([
    ['database-reader', 'kill'],
    ['database-writer', 'kill'],
  ])('%s %s: the data plane does it alone', async (scenario, fault) => {
    const drilled = await drill(scenario, fault, '--without', 'functions');
    expectNothingLost(drilled);
    expect(drilled.line).toMatchObject({
      without: 'functions',
      detected_ms: null,
      decided_ms: null,
      actions: [],
    });
  });
});

describe('the control', () => {
  it.each(PAIRS)('%s %s: plain clients do fail, so the fault is one', async (scenario, fault) => {
    const { code, line } = await drill(scenario, fault, '--control');
    expect(line.failed).toBeGreaterThan(0);
    expect(line).toMatchObject({ control: true, held: false, detected_ms: null, actions: [] });
    expect(code).toBe(NOT_HELD);
  });
});
