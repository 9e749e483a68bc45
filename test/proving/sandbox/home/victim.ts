/**
 * A sandbox as far as its death is concerned: it owns a state folder, has a watchdog, and children that have
 * started children. Prints their pids as JSON and waits to be killed.
 */

import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { beginActivity } from '../../../../proving/sandbox/home/activities.ts';
import { writeOwner } from '../../../../proving/sandbox/home/owner.ts';
import { startWatchdog } from '../../../../proving/sandbox/home/watchdog.ts';
import { createWorld } from '../../../../proving/sandbox/home/world.ts';
import { spawnChild } from '../../../../proving/sandbox/kernel/index.ts';

const [, , stateDir = '', startedAgoMs = '0'] = process.argv;

/** Starts a process in a session of its own, tells its pid, and goes on. */
const PARENT = `
  const { spawn } = require('node:child_process');
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' });
  console.log(child.pid);
  setInterval(() => {}, 1000);`;

const world = createWorld({ region: 'us-east-1', pace: 'fast', stateDir });
writeOwner(stateDir, Date.now() - Number(startedAgoMs));
const watchdog = startWatchdog(stateDir);
beginActivity(stateDir, { kind: 'drill', what: 'database-writer --fault hang', since: Date.now() });

async function family(): Promise<{ child: number; grandchild: number }> {
  const child = spawnChild(world, {
    name: 'parent of a stopped tree',
    command: process.execPath,
    args: ['-e', PARENT],
    env: { PATH: process.env['PATH']! },
    output: 'pipe',
  });
  const grandchild = await new Promise<number>((resolve) =>
    child.stdout!.once('data', (chunk: Buffer) => resolve(Number(chunk.toString()))),
  );
  return { child: child.pid!, grandchild };
}

/** A process that bears no mark, as PostgreSQL writes over it: known by its name and by where it works. */
function engine(): number {
  const folder = path.join(stateDir, 'aurora', 'data');
  fs.mkdirSync(folder, { recursive: true });
  const program = path.join(stateDir, 'postgres');
  // Node names its main thread while it starts, and would hide the name that counts here.
  fs.symlinkSync('/bin/sleep', program);
  const child = spawn(program, ['600'], { cwd: folder, env: {}, detached: true, stdio: 'ignore' });
  return child.pid!;
}

const { child, grandchild } = await family();
const pids = { child, grandchild, engine: engine(), watchdog: watchdog.pid! };
for (const pid of [grandchild, pids.engine, child]) process.kill(pid, 'SIGSTOP');
process.stdout.write(`${JSON.stringify(pids)}\n`);
setInterval(() => undefined, 1000);
