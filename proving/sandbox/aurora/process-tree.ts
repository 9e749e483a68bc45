/**
 * Processes of one instance host. PostgreSQL's backends call setsid, so a process group would miss them: the tree
 * is read from /proc. Used to end a host, and by whoever injects faults into one.
 */

import fs from 'node:fs';

/** Rounds of stopping newly forked processes before the final signal. */
const ROUNDS_MAX = 8;

/** The process and all its descendants, parents first; empty when it does not run. */
export function processTree(pid: number): number[] {
  const children = new Map<number, number[]>();
  let alive = false;
  for (const { pid: one, parent, state } of allProcesses()) {
    if (one === pid && state !== 'Z') alive = true;
    children.set(parent, [...(children.get(parent) ?? []), one]);
  }
  if (!alive) return [];
  const tree = [pid];
  for (const one of tree) tree.push(...(children.get(one) ?? []));
  return tree;
}

/** Sends a signal to the whole tree, parents first. Answers the pids it was sent to. */
export function signalTree(pid: number, signal: NodeJS.Signals): number[] {
  const tree = signal === 'SIGKILL' ? stopTree(pid) : processTree(pid);
  for (const one of tree) send(one, signal);
  return tree;
}

/** Stops everything first, so that nothing forks a child that would be missed. */
function stopTree(pid: number): number[] {
  const stopped = new Set<number>();
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const fresh = processTree(pid).filter((one) => !stopped.has(one));
    if (fresh.length === 0) break;
    for (const one of fresh) {
      send(one, 'SIGSTOP');
      stopped.add(one);
    }
  }
  return [...stopped];
}

/** Processes whose working directory is this folder: what a dead postmaster may have left in its data folder. */
export function processesIn(folder: string): number[] {
  const real = fs.existsSync(folder) ? fs.realpathSync(folder) : folder;
  return allProcesses()
    .filter(({ pid, state }) => state !== 'Z' && workingDirectory(pid) === real)
    .map(({ pid }) => pid);
}

/** One letter as in /proc/<pid>/stat (`R`, `S`, `T`, `Z`, ...), or null when there is no such process. */
export function processState(pid: number): string | null {
  return readStat(pid)?.state ?? null;
}

export function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

interface ProcessRecord {
  readonly pid: number;
  readonly parent: number;
  readonly state: string;
}

function allProcesses(): ProcessRecord[] {
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readStat(Number(name)) ?? []);
}

function readStat(pid: number): ProcessRecord | null {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state = '', parent = '0'] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { pid, parent: Number(parent), state };
  } catch {
    return null;
  }
}

function workingDirectory(pid: number): string | null {
  try {
    return fs.readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return null;
  }
}
