/** What is under way in a sandbox, on disk: after a crash the next start can say what was lost. */

import fs from 'node:fs';
import path from 'node:path';
import type { BusEvent } from '../kernel/index.ts';
import { readWhole, writeWhole } from '../kernel/index.ts';
import { isAlive, readOwner } from './owner.ts';

export interface Activity {
  readonly kind: 'deployment' | 'drill';
  /** e.g. `Demo-Database` or `database-writer --fault hang`. */
  readonly what: string;
  /** Epoch ms. */
  readonly since: number;
}

let counter = 0;

/**
 * Notes it down; the returned function takes the note away, unless the sandbox has died meanwhile: then the note is
 * what the next start tells. Neither ever fails, as a note is not worth an error.
 */
export function beginActivity(stateDir: string, activity: Activity): () => void {
  counter += 1;
  const file = path.join(folderOf(stateDir), `${process.pid}-${counter}.json`);
  try {
    fs.mkdirSync(folderOf(stateDir), { recursive: true });
    writeWhole(file, activity);
  } catch {
    return () => undefined;
  }
  return () => {
    const owner = readOwner(stateDir);
    if (owner === null || isAlive(owner)) fs.rmSync(file, { force: true });
  };
}

/** After an orderly end nothing was lost, not even a deployment that was interrupted: its user saw that. */
export function forgetActivities(stateDir: string): void {
  fs.rmSync(folderOf(stateDir), { recursive: true, force: true });
}

/** Oldest first. */
export function activitiesUnderWay(stateDir: string): readonly Activity[] {
  const folder = folderOf(stateDir);
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .flatMap((file) => {
      const { kind, what, since } = readWhole<Activity>(path.join(folder, file)) ?? {};
      if ((kind !== 'deployment' && kind !== 'drill') || typeof what !== 'string') return [];
      return [{ kind, what, since: since ?? 0 }];
    })
    .toSorted((a, b) => a.since - b.since);
}

/** Notes each stack down while an operation on it runs, whoever asked for it. For events of the bus. */
export function noteDeployments(stateDir: string, now: () => number): (event: BusEvent) => void {
  const running = new Map<string, () => void>();
  return ({ source, detail }) => {
    const stackId = detail['stack-id'];
    if (source !== 'aws.cloudformation' || typeof stackId !== 'string') return;
    const { status = '' } = (detail['status-details'] ?? {}) as { status?: string };
    running.get(stackId)?.();
    running.delete(stackId);
    if (!status.endsWith('_IN_PROGRESS') || status === 'REVIEW_IN_PROGRESS') return;
    const what = `${stackId.split('/')[1] ?? stackId} (${status})`;
    running.set(stackId, beginActivity(stateDir, { kind: 'deployment', what, since: now() }));
  };
}

function folderOf(stateDir: string): string {
  return path.join(stateDir, 'activities');
}
