/**
 * Resident memory of the sandbox and everything it started: the CDK's processes while they deploy, PostgreSQL,
 * functions and applications. A page that several of them share counts once (the sum of PSS), as the machine has
 * to give it once: the sum of RSS would count PostgreSQL's program and buffers again for each of its 75 processes
 * and says 2.2 GB for what is 0.8. Where PSS may not be read, a process counts with its RSS, which is more.
 */

import fs from 'node:fs/promises';
import { livingChildren } from '../kernel/index.ts';

const SAMPLE_MS_MIN = 1000;
/** Reading PSS walks page tables, 1 ms for each process: a sample may take this part of the time at most. */
const SHARE_MAX = 0.02;
const KB_PER_MB = 1024;

export interface MemoryWatch {
  /** The most that was seen, in MB (2^20 bytes); 0 before the first sample is there. */
  peakMb(): number;
  stop(): void;
}

/** A sample every second, or less often where there are many processes. */
export function watchMemory(stateDir: string): MemoryWatch {
  let peakKb = 0;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const sample = async (): Promise<void> => {
    const startedAt = performance.now();
    peakKb = Math.max(peakKb, await residentKb(stateDir).catch(() => 0));
    if (stopped) return;
    const tookMs = performance.now() - startedAt;
    timer = setTimeout(() => void sample(), Math.max(SAMPLE_MS_MIN, tookMs / SHARE_MAX)).unref();
  };
  void sample();
  return {
    peakMb: () => Math.round(peakKb / KB_PER_MB),
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** Of this process, of the sandbox's children whoever their parent is, and of all descendants. */
async function residentKb(stateDir: string): Promise<number> {
  const parentOf = await parents();
  const childrenOf = Map.groupBy(parentOf.keys(), (pid) => parentOf.get(pid)!);
  const found = new Set([process.pid, ...livingChildren(stateDir).map((child) => child.pid)]);
  for (const pid of found) for (const child of childrenOf.get(pid) ?? []) found.add(child);
  let sum = 0;
  // One after the other: the readers share a small pool of threads with the rest of the sandbox.
  for (const pid of found) sum += await processKb(pid);
  return sum;
}

async function parents(): Promise<Map<number, number>> {
  const found = new Map<number, number>();
  for (const entry of await fs.readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    found.set(Number(entry), valueOf('PPid', await read(`/proc/${entry}/status`)) ?? 0);
  }
  return found;
}

async function processKb(pid: number): Promise<number> {
  const proportional = valueOf('Pss', await read(`/proc/${pid}/smaps_rollup`));
  return proportional ?? valueOf('VmRSS', await read(`/proc/${pid}/status`)) ?? 0;
}

function valueOf(field: string, text: string): number | null {
  const match = new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(text);
  return match === null ? null : Number(match[1]);
}

/** Empty for a process that has ended, or that may not be looked into. */
function read(file: string): Promise<string> {
  return fs.readFile(file, 'utf8').catch(() => '');
}
