/** Resident memory of the sandbox and everything it started. */

import fs from 'node:fs';
import { livingChildren } from '../kernel/index.ts';

const SAMPLE_MS = 1000;
const KB_PER_MB = 1024;

export interface MemoryWatch {
  /** Largest sum seen, in MB. Shared pages count once per process, so this is an upper bound. */
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

function residentKb(stateDir: string): number {
  const roots = [process.pid, ...livingChildren(stateDir).map((child) => child.pid)];
  return [...descendants(roots)].reduce((sum, pid) => sum + rssKb(pid), 0);
}

function descendants(roots: readonly number[]): Set<number> {
  const children = new Map<number, number[]>();
  for (const entry of fs.readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const parent = Number(/^PPid:\s+(\d+)/m.exec(read(`/proc/${entry}/status`))?.[1] ?? 0);
    children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
  }
  const found = new Set(roots);
  for (const pid of found) for (const child of children.get(pid) ?? []) found.add(child);
  return found;
}

function rssKb(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0);
}

function read(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
