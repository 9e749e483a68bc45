/**
 * Starts a child process that cannot outlive us: it dies when its parent dies (Linux `pdeathsig`), and it is
 * written down with its start time, so that a later start can name and end what a crash left behind.
 */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { World } from './world.ts';

export interface SpawnOptions {
  /** Shown in reports: `postgres demo-writer`, `function health-check-a`. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the child: nothing is inherited, so no real credential can leak in. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Run as `world.unprivileged` where we are root. @default false */
  readonly unprivileged?: boolean;
  /** Adds an IPC channel (`process.send`). @default false */
  readonly ipc?: boolean;
  /** @default - a log file in the state folder, named after `name` */
  readonly output?: 'pipe';
}

export interface ChildRecord {
  readonly pid: number;
  readonly startTicks: string;
  readonly name: string;
}

const hasSetpriv = process.platform === 'linux' && spawnSync('setpriv', ['--version']).status === 0;

export function spawnChild(world: World, options: SpawnOptions): ChildProcess {
  const user = options.unprivileged ? world.unprivileged : null;
  const [command, args] = hasSetpriv
    ? ['setpriv', [...setprivArguments(user), '--', options.command, ...options.args]]
    : [options.command, [...options.args]];
  const log = options.output === 'pipe' ? null : openLog(world, options.name);
  const sink = log ?? 'pipe';
  const child = spawn(command, args, {
    cwd: options.cwd ?? world.stateDir,
    env: { ...options.env },
    // A session of its own: Ctrl-C on the terminal reaches us alone, and we end the children in order.
    detached: true,
    stdio: options.ipc ? ['ignore', sink, sink, 'ipc'] : ['ignore', sink, sink],
    ...(!hasSetpriv && user ? { uid: user.uid, gid: user.gid } : {}),
  });
  if (log !== null) fs.closeSync(log);
  remember(world, child, options.name);
  return child;
}

function setprivArguments(user: { uid: number; gid: number } | null): string[] {
  const drop = user ? [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'] : [];
  return [...drop, '--pdeathsig', 'KILL'];
}

function openLog(world: World, name: string): number {
  const folder = path.join(world.stateDir, 'logs');
  fs.mkdirSync(folder, { recursive: true });
  return fs.openSync(path.join(folder, `${name.replaceAll(/[^\w.-]+/g, '-')}.log`), 'a');
}

function remember(world: World, child: ChildProcess, name: string): void {
  const pid = child.pid;
  if (pid === undefined) return;
  const folder = childrenFolder(world.stateDir);
  fs.mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `${pid}.json`);
  const record: ChildRecord = { pid, startTicks: startTicks(pid) ?? '', name };
  fs.writeFileSync(file, JSON.stringify(record));
  child.once('exit', () => fs.rmSync(file, { force: true }));
}

export function childrenFolder(stateDir: string): string {
  return path.join(stateDir, 'children');
}

/** Field 22 of /proc/<pid>/stat: with the pid it identifies a process for the life of the machine. */
export function startTicks(pid: number): string | null {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

/** True for a process that has ended and only waits for its parent, or for init, to take note. */
function hasEnded(pid: number): boolean {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat[stat.lastIndexOf(')') + 2] === 'Z';
  } catch {
    return true;
  }
}

/** Children on record that still run: same pid and same start time. */
export function livingChildren(stateDir: string): ChildRecord[] {
  const folder = childrenFolder(stateDir);
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder)
    .map((file) => JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8')) as ChildRecord)
    .filter((record) => record.startTicks !== '' && startTicks(record.pid) === record.startTicks)
    .filter((record) => !hasEnded(record.pid));
}
