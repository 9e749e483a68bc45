/**
 * Starts a child process that cannot outlive us: it dies when its parent dies (Linux `pdeathsig`, which reaches a
 * stopped process too). It is written down with its start time and carries the mark of this sandbox, and so do its
 * own children, which the kernel does not end for us: the watchdog and a later start find them by it.
 */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { hasEnded, startTicks } from './processes.ts';
import { readWhole, writeWhole } from './whole-file.ts';
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

/** Variable that names the sandbox which a process belongs to. */
export const MARK = 'UNDERSTUDY_SANDBOX';

const hasSetpriv = process.platform === 'linux' && spawnSync('setpriv', ['--version']).status === 0;

/** The mark of this process's sandbox: inherited below a sandbox, else of our own. */
export function ownMark(): string {
  return process.env[MARK] ?? `${process.pid}.${startTicks(process.pid)}`;
}

/** A command that the kernel ends when the process that starts it ends. */
export function tied(
  command: string,
  args: readonly string[],
  user: { uid: number; gid: number } | null = null,
): [command: string, args: string[]] {
  if (!hasSetpriv) return [command, [...args]];
  return ['setpriv', [...setprivArguments(user), '--', command, ...args]];
}

export function spawnChild(world: World, options: SpawnOptions): ChildProcess {
  const user = options.unprivileged ? world.unprivileged : null;
  const [command, args] = tied(options.command, options.args, user);
  const log = options.output === 'pipe' ? null : openLog(world, options.name);
  const sink = log ?? 'pipe';
  const child = spawn(command, args, {
    cwd: options.cwd ?? world.stateDir,
    env: { ...options.env, [MARK]: ownMark() },
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
  writeWhole(file, record);
  child.once('exit', () => fs.rmSync(file, { force: true }));
}

export function childrenFolder(stateDir: string): string {
  return path.join(stateDir, 'children');
}

/** Children on record that still run: same pid and same start time. A record that a crash cut short is none. */
export function livingChildren(stateDir: string): ChildRecord[] {
  return childrenOnRecord(stateDir)
    .filter((record) => record.startTicks !== '' && startTicks(record.pid) === record.startTicks)
    .filter((record) => !hasEnded(record.pid));
}

/** Every child that has not been seen to end, whether it runs or not. */
export function childrenOnRecord(stateDir: string): ChildRecord[] {
  const folder = childrenFolder(stateDir);
  if (!fs.existsSync(folder)) return [];
  return fs.readdirSync(folder).flatMap((file) => {
    const record = file.endsWith('.json') ? readWhole<ChildRecord>(path.join(folder, file)) : null;
    const { pid, startTicks: ticks, name } = record ?? {};
    if (typeof pid !== 'number' || typeof ticks !== 'string') return [];
    return [{ pid, startTicks: ticks, name: name ?? 'unnamed' }];
  });
}
