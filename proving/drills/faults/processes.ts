/** Trees of processes: PostgreSQL's backends leave the process group, so /proc is walked. */

import fs from 'node:fs';

/** Sweeps over a tree while it is being stopped: a process may have forked meanwhile. */
const SWEEPS_MAX = 10;

/** The process and all its descendants. */
export function processTree(root: number): number[] {
  const parents = new Map<number, number[]>();
  for (const entry of fs.readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const parent = parentOf(Number(entry));
    if (parent !== null) parents.set(parent, [...(parents.get(parent) ?? []), Number(entry)]);
  }
  const tree = [root];
  for (const pid of tree) tree.push(...(parents.get(pid) ?? []));
  return tree;
}

/** Stops top down and again until nobody new turns up. Returns everybody who was stopped. */
export function stopTree(root: number): number[] {
  const stopped = new Set<number>();
  for (let sweep = 0; sweep < SWEEPS_MAX; sweep += 1) {
    const fresh = processTree(root).filter((pid) => !stopped.has(pid));
    if (fresh.length === 0) break;
    for (const pid of fresh) {
      stopped.add(pid);
      send(pid, 'SIGSTOP');
    }
  }
  return [...stopped];
}

/** A process that is gone already is no error. */
export function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** The state letter of a process (`R`, `S`, `T`, `Z`, ...); null when it is gone. */
export function stateOf(pid: number): string | null {
  return statFields(pid)?.[0] ?? null;
}

function parentOf(pid: number): number | null {
  const stat = statFields(pid);
  return stat ? Number(stat[1]) : null;
}

/** Fields of /proc/<pid>/stat from the third (state) on; the second may hold blanks. */
function statFields(pid: number): string[] | null {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}
