/** Drills through the command line, in one sandbox that a file of tests has to itself. */

import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import type { DrillLine } from '../../../proving/drills/index.ts';
import { said, startNode, temporaryStateDir, understudy, type Running } from '../../bin/command.ts';
import { LOAD_PCT } from '../in-full.ts';
import { untilGone, workingIn } from '../processes.ts';

const HEALTHY_MS_MAX = 200_000;
const ENDS_MS_MAX = 20_000;
export const HELD = 0;
export const NOT_HELD = 1;

export interface Drilled<Line extends DrillLine = DrillLine> {
  readonly code: number | null;
  readonly line: Line;
  readonly stderr: string;
}

interface DrillStage {
  readonly stateDir: string;
  /** Runs one drill, which prints one line and whose fault must really have happened. */
  drill<Line extends DrillLine>(
    scenario: string,
    fault: string,
    ...options: readonly string[]
  ): Promise<Drilled<Line>>;
}

/** Stands the sandbox up before the tests of the file that imports it, and ends it after them. */
export const stage = drillStage();

function drillStage(): DrillStage {
  const stateDir = temporaryStateDir();
  const env = { UNDERSTUDY_STATE_DIR: stateDir };
  let holder: Running;

  beforeAll(async () => {
    holder = startNode(path.join(import.meta.dirname, '../hold.ts'), ['deployed'], env);
    await said(holder, 'the sandbox is held', HEALTHY_MS_MAX);
  });

  afterAll(async () => {
    holder.child.kill('SIGINT');
    await Promise.race([holder.ended, new Promise((resolve) => setTimeout(resolve, ENDS_MS_MAX))]);
    holder.child.kill('SIGKILL');
    await untilGone(workingIn(stateDir), ENDS_MS_MAX);
    fs.rmSync(stateDir, { recursive: true, force: true });
  });

  return {
    stateDir,
    drill: async <Line extends DrillLine>(
      scenario: string,
      fault: string,
      ...options: readonly string[]
    ): Promise<Drilled<Line>> => {
      const load = ['--load', String(LOAD_PCT)];
      const command = ['drill', scenario, '--fault', fault, '--json', ...load, ...options];
      const { code, stdout, stderr } = await understudy(command, env);
      const lines = stdout.split('\n').filter((text) => text !== '');
      expect(lines, stderr).toHaveLength(1);
      const line = JSON.parse(lines[0]!) as Line;
      expect(line, JSON.stringify(line)).toMatchObject({ scenario, fault, fault_verified: true });
      return { code, line, stderr };
    },
  };
}

/** Rules that do not hold and that no machine may break; and the exit code says whether all held. */
export function brokenAnyhow({ code, line }: Drilled, ofTime: RegExp): readonly string[] {
  expect(code).toBe(line.held ? HELD : NOT_HELD);
  return line.not_held.filter((rule) => !ofTime.test(rule));
}
