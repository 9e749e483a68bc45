/**
 * Resident memory of the sandbox and everything it started: the CDK's processes while they deploy, PostgreSQL,
 * functions and applications. It is the sum of what each process has resident (RSS), so a page that several
 * share counts once for each: an upper bound. With the example environment it says 2.2 GB where the machine has
 * to give 0.8 (1.0 while the CDK synthesizes), because every PostgreSQL process counts the shared buffers and
 * the program again. The proportional sum (PSS) would be exact, but reading it walks the page tables of every
 * process under its memory lock: 70 ms of CPU a sample instead of 5, taken from the latencies that the sandbox
 * is there to measure.
 */

import fs from 'node:fs';
import { livingChildren } from '../kernel/index.ts';

const SAMPLE_MS = 1000;
const KB_PER_MB = 1024;

export interface MemoryWatch {
  /** Largest sum of RSS seen, in MB (2^20 bytes). */
  peakMb(): number;
  stop(): void;
}

export function watchMemory(stateDir: string): MemoryWatch {
  let peakKb = 0;
  const sample = (): void => {
    peakKb = Math.max(peakKb, residentKb(stateDir));
  };
  const timer = setInterval(sample, SAMPLE_MS);
  timer.unref();
  sample();
  return { peakMb: () => Math.round(peakKb / KB_PER_MB), stop: () => clearInterval(timer) };
}

/** Of this process, of the sandbox's children whoever their parent is, and of all descendants. */
function residentKb(stateDir: string): number {
  const processes = runningProcesses();
  const childrenOf = Map.groupBy(processes.keys(), (pid) => processes.get(pid)!.parent);
  const found = new Set([process.pid, ...livingChildren(stateDir).map((child) => child.pid)]);
  for (const pid of found) for (const child of childrenOf.get(pid) ?? []) found.add(child);
  return [...found].reduce((sum, pid) => sum + (processes.get(pid)?.rssKb ?? 0), 0);
}

interface RunningProcess {
  readonly parent: number;
  readonly rssKb: number;
}

function runningProcesses(): Map<number, RunningProcess> {
  const found = new Map<number, RunningProcess>();
  for (const entry of fs.readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const status = read(`/proc/${entry}/status`);
    const parent = Number(/^PPid:\s+(\d+)/m.exec(status)?.[1] ?? 0);
    found.set(Number(entry), { parent, rssKb: Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) });
  }
  return found;
}

/** Empty for a process that has ended. */
function read(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
