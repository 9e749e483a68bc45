/**
 * `kill -9` of the sandbox at one moment of a deployment after another, in one state folder: each start finds what
 * the crash before it left, and says so.
 */

import fs from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { activitiesUnderWay } from '../../proving/sandbox/home/activities.ts';
import { readOwner } from '../../proving/sandbox/home/owner.ts';
import { runningSandbox } from '../../proving/sandbox/index.ts';
import { livingChildren } from '../../proving/sandbox/kernel/index.ts';
import { start, temporaryStateDir, understudy, type Ended, type Running } from '../bin/command.ts';
import { treeOf, untilGone, workingIn } from './processes.ts';
import { upLine } from './up-line.ts';

const REACHED_MS_MAX = 120_000;
const POLL_MS = 10;
/** The kernel ends the children; the watchdog, whom those have started. */
const GONE_MS_MAX = 10_000;
const INTERRUPTED = 130;
const BOOTSTRAP = 'cdk bootstrap aws://';
const LOST = 'a deployment was under way since';

const stateDir = temporaryStateDir();
const env = { UNDERSTUDY_STATE_DIR: stateDir };
let latest: Running | undefined;

afterAll(async () => {
  latest?.child.kill('SIGKILL');
  await untilGone(workingIn(stateDir), GONE_MS_MAX);
  fs.rmSync(stateDir, { recursive: true, force: true });
});

interface Point {
  readonly name: string;
  /** The sandbox is at this point now. */
  reached(): boolean;
  /** What the next start says is lost; null where nothing was under way yet. */
  readonly lost: string | null;
}

const stackUnderWay = (name: string): boolean =>
  activitiesUnderWay(stateDir).some(({ what }) => what.startsWith(`${name} (CREATE_IN_PROGRESS)`));
const childRuns = (name: RegExp): boolean => livingChildren(stateDir).some((child) => name.test(child.name));

const POINTS: readonly Point[] = [
  {
    name: 'the folder is signed, and nothing answers yet',
    reached: () => readOwner(stateDir) !== null,
    lost: null,
  },
  {
    // The command, not its stack: that may come and go between two looks.
    name: 'the bootstrap',
    reached: () => activitiesUnderWay(stateDir).some(({ what }) => what.startsWith(BOOTSTRAP)),
    lost: BOOTSTRAP,
  },
  {
    name: 'the first stack',
    reached: () =>
      activitiesUnderWay(stateDir).some(({ what }) => /^Demo-\w+ \(CREATE_IN_PROGRESS\)$/.test(what)),
    lost: 'cdk deploy Demo/*',
  },
  {
    name: 'the cluster is being created',
    reached: () => stackUnderWay('Demo-Database') && childRuns(/^postgres /),
    lost: 'Demo-Database (CREATE_IN_PROGRESS)',
  },
  {
    name: 'functions run',
    reached: () => stackUnderWay('Demo-Database') && childRuns(/^function /),
    lost: 'Demo-Database (CREATE_IN_PROGRESS)',
  },
];

function up(...args: readonly string[]): Running {
  latest = start(['up', '--port', '0', '--no-page', ...args], env);
  return latest;
}

/** Waits for the point of the start that was just made, not of what the crash before it left. */
async function until(running: Running, { name, reached }: Point): Promise<void> {
  const deadline = Date.now() + REACHED_MS_MAX;
  let ended: Ended | undefined;
  void running.ended.then((end) => (ended = end));
  while (readOwner(stateDir)?.pid !== running.child.pid || !reached()) {
    if (ended !== undefined) throw new Error(`it ended before "${name}":\n${ended.stderr}`);
    if (Date.now() > deadline) {
      const said = running.stderr();
      running.child.kill('SIGTERM');
      await running.ended;
      throw new Error(`"${name}" was not reached:\n${said}`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

describe('kill -9 during a deployment', () => {
  let before: { readonly pid: number; readonly point: Point } | null = null;

  it.each(POINTS)('at "$name": nobody is left, and the next start says what it found', async (point) => {
    const running = up();
    await until(running, point);
    // It must not get past the point while its children are counted.
    running.child.kill('SIGSTOP');
    const tree = treeOf(running.child.pid!);
    running.child.kill('SIGKILL');
    expect(await untilGone(tree, GONE_MS_MAX)).toEqual([]);
    expect(await untilGone(workingIn(stateDir), GONE_MS_MAX)).toEqual([]);
    expect(runningSandbox(stateDir)).toBeNull();
    const previous = before;
    before = { pid: running.child.pid!, point };
    if (previous !== null) expectTold(running.stderr(), previous);
  });

  it('is followed by a start that works', async () => {
    const { code, stdout, stderr } = await up('--for', '1s', '--json').ended;
    expectTold(stderr, before!);
    expect(stderr).toContain('healthy after');
    upLine(stdout);
    expect(code).toBe(0);
    expect(workingIn(stateDir)).toEqual([]);
  });
});

function expectTold(stderr: string, { pid, point }: { readonly pid: number; readonly point: Point }): void {
  expect(stderr).toMatch(new RegExp(`found the sandbox of process ${pid}, started \\d+ s ago, which ended`));
  if (point.lost === null) expect(stderr).not.toContain(LOST);
  else
    expect(
      stderr
        .split('\n')
        .filter((line) => line.includes(LOST))
        .join('\n'),
    ).toContain(point.lost);
}

describe('Ctrl-C during a deployment', () => {
  it('ends everything with 130, and the next command finds nothing', async () => {
    const running = up();
    await until(running, POINTS.at(3)!);
    const tree = treeOf(running.child.pid!);
    running.child.kill('SIGINT');
    const { code } = await running.ended;
    expect(code).toBe(INTERRUPTED);
    expect(await untilGone(tree, GONE_MS_MAX)).toEqual([]);
    expect(workingIn(stateDir)).toEqual([]);
    expect(activitiesUnderWay(stateDir)).toEqual([]);
    expect(fs.existsSync(path.join(stateDir, 'owner.json'))).toBe(false);
    expect((await understudy(['down'], env)).stderr).toContain('No sandbox was up');
  });
});
