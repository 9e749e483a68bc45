/**
 * What the watchdog becomes when its sandbox was killed: ends what is left of it and notes that down for the next
 * start. It stops at once when another sandbox has taken over the folder, as that one cleans up by itself.
 */

import fs from 'node:fs';
import path from 'node:path';
import { readWhole, writeWhole } from '../kernel/index.ts';
import { endOrphans, findOrphans, listOf, type Orphan } from './orphans.ts';
import { readOwner } from './owner.ts';

export interface Reaped {
  /** Epoch ms. */
  readonly at: number;
  readonly ended: readonly Orphan[];
}

export async function reap(stateDir: string, mark: string): Promise<void> {
  const isStillIts = (): boolean => readOwner(stateDir)?.mark === mark;
  const others = (): readonly Orphan[] =>
    findOrphans(stateDir, mark).filter((orphan) => orphan.name !== 'watchdog');
  const ended = await endOrphans(others, isStillIts);
  if (!isStillIts()) return;
  const at = Date.now();
  writeWhole(reapedFile(stateDir), { at, ended } satisfies Reaped);
  const line = {
    at: new Date(at).toISOString(),
    component: 'watchdog',
    message: `the sandbox ended without stopping; ended what outlived it: ${listOf(ended) || 'nothing did'}`,
  };
  fs.appendFileSync(path.join(stateDir, 'sandbox.log'), `${JSON.stringify(line)}\n`);
}

export function readReaped(stateDir: string): Reaped | null {
  const { at, ended } = readWhole<Reaped>(reapedFile(stateDir)) ?? {};
  return typeof at === 'number' && Array.isArray(ended) ? { at, ended } : null;
}

function reapedFile(stateDir: string): string {
  return path.join(stateDir, 'reaped.json');
}

if (import.meta.main) {
  const [, , stateDir, mark] = process.argv;
  await reap(stateDir!, mark!);
}
