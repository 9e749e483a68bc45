/** Who a state folder belongs to: written before anything is started, so that no crash goes unnoticed. */

import path from 'node:path';
import { hasEnded, ownMark, readWhole, startTicks, writeWhole } from '../kernel/index.ts';

export interface Owner {
  readonly pid: number;
  readonly startTicks: string;
  /** Carried by every process of this sandbox. */
  readonly mark: string;
  /** Epoch ms. */
  readonly startedAt: number;
}

export const OWNER_FILE = 'owner.json';

export function writeOwner(stateDir: string, now: number): void {
  const ticks = startTicks(process.pid) ?? '';
  const owner: Owner = { pid: process.pid, startTicks: ticks, mark: ownMark(), startedAt: now };
  writeWhole(path.join(stateDir, OWNER_FILE), owner);
}

/** Null where nobody has signed, or the writing was cut short. */
export function readOwner(stateDir: string): Owner | null {
  const { pid, startTicks: ticks, mark, startedAt } = readWhole<Owner>(path.join(stateDir, OWNER_FILE)) ?? {};
  if (typeof pid !== 'number' || typeof ticks !== 'string' || typeof mark !== 'string') return null;
  return { pid, startTicks: ticks, mark, startedAt: startedAt ?? 0 };
}

/** The same process still runs, not another that got its number. */
export function isAlive({ pid, startTicks: ticks }: Pick<Owner, 'pid' | 'startTicks'>): boolean {
  return ticks !== '' && startTicks(pid) === ticks && !hasEnded(pid);
}
