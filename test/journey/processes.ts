/** The processes of a sandbox, seen from outside. */

import fs from 'node:fs';
import { processTree, stateOf } from '../../proving/drills/index.ts';
import { startTicks } from '../../proving/sandbox/kernel/index.ts';

const POLL_MS = 50;

export interface SeenProcess {
  readonly pid: number;
  readonly startTicks: string;
  readonly command: string;
}

/** A process and everything below it. */
export function treeOf(pid: number): readonly SeenProcess[] {
  return processTree(pid).flatMap((member) => {
    const ticks = startTicks(member);
    return ticks === null ? [] : [{ pid: member, startTicks: ticks, command: commandOf(member) }];
  });
}

/** Those that still run: the same process, not another that got its number. */
export function living(processes: readonly SeenProcess[]): readonly SeenProcess[] {
  return processes.filter(
    ({ pid, startTicks: ticks }) => startTicks(pid) === ticks && ![null, 'Z'].includes(stateOf(pid)),
  );
}

/** Every process that works in a folder or names it: what a state folder's children do, whoever adopted them. */
export function workingIn(folder: string): readonly SeenProcess[] {
  const pids = fs.readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
  return pids
    .map(Number)
    .filter((pid) => pid !== process.pid)
    .filter((pid) => folderOf(pid).startsWith(folder) || commandOf(pid).includes(folder))
    .map((pid) => ({ pid, startTicks: startTicks(pid) ?? '', command: commandOf(pid) }))
    .filter(({ pid }) => ![null, 'Z'].includes(stateOf(pid)));
}

/** Waits until none of them runs, at most so long; answers those that still do. */
export async function untilGone(
  processes: readonly SeenProcess[],
  timeoutMs: number,
): Promise<readonly SeenProcess[]> {
  const deadline = Date.now() + timeoutMs;
  while (living(processes).length > 0 && Date.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  return living(processes);
}

export function environmentOf(pid: number): string {
  return read(`/proc/${pid}/environ`);
}

function commandOf(pid: number): string {
  return read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
}

function folderOf(pid: number): string {
  try {
    return fs.readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}

function read(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
