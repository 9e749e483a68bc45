/** Faults from outside: signals to a whole process tree, and the check that they took effect. */

import fs from 'node:fs';
import net from 'node:net';
import type { FaultKind, Member } from './model.ts';

/** Sweeps over the tree while it is being signalled: a process may have forked meanwhile. */
const SWEEPS_MAX = 10;
const VERIFY_MS = 2000;
const CONNECT_MS = 500;

export interface Fault {
  readonly kind: FaultKind;
  /** Epoch ms at which the last signal was sent. */
  readonly at: number;
  readonly pids: readonly number[];
}

/** The process and all its descendants. Backends of PostgreSQL leave the process group, so /proc is walked. */
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

function parentOf(pid: number): number | null {
  const stat = statFields(pid);
  return stat ? Number(stat[1]) : null;
}

/** The state letter of a process (`R`, `S`, `T`, `Z`, ...); null when it is gone. */
export function stateOf(pid: number): string | null {
  return statFields(pid)?.[0] ?? null;
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

/**
 * Breaks a member. A kill stops the whole tree first: a process that forks while it is being killed would leave
 * an orphan that belongs to nobody.
 */
export function inject(kind: FaultKind, member: Member, now: () => number): Fault {
  const pids = stopTree(member.pid);
  if (kind === 'kill') for (const pid of pids) send(pid, 'SIGKILL');
  return { kind, at: now(), pids };
}

/** Stops top down and again until nobody new turns up. */
function stopTree(root: number): number[] {
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

/** Ends a hang. A killed member comes back by the managed service, not by us. */
export function release(fault: Fault): void {
  if (fault.kind === 'hang') for (const pid of fault.pids) send(pid, 'SIGCONT');
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** True once the processes are gone (kill: and connecting is refused) or all are in state T (hang). */
export async function verify(fault: Fault, member: Member, now: () => number): Promise<boolean> {
  const deadline = now() + VERIFY_MS;
  while (now() < deadline) {
    if (fault.kind === 'hang' && fault.pids.every((pid) => ['T', 't', 'Z', null].includes(stateOf(pid)))) {
      return fault.pids.some((pid) => stateOf(pid) === 'T');
    }
    if (
      fault.kind === 'kill' &&
      fault.pids.every((pid) => [null, 'Z'].includes(stateOf(pid))) &&
      (await refused(member))
    )
      return true;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return false;
}

function refused(member: Member): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: member.address, port: member.port, timeout: CONNECT_MS });
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(false));
    socket.once('timeout', () => end(false));
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code === 'ECONNREFUSED'));
  });
}
