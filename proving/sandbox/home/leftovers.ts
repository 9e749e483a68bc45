/** What a sandbox that ended without cleaning up has left: found, told in words, and removed. */

import fs from 'node:fs';
import { InvalidInput, UnderstudyError } from '../../../core/errors.ts';
import type { Activity } from './activities.ts';
import { activitiesUnderWay } from './activities.ts';
import { endOrphans, findOrphans, listOf, type Orphan } from './orphans.ts';
import { isAlive, OWNER_FILE, readOwner } from './owner.ts';
import { readReaped, type Reaped } from './reaper.ts';
import { CARD_FILE, readCard, runningSandbox } from './state-folder.ts';

export interface Leftovers {
  /** The dead sandbox's pid; null when it ended in order, or when there was none. */
  readonly pid: number | null;
  /** When it was started, epoch ms; null when that is not on record. */
  readonly startedAt: number | null;
  /** Ended now. */
  readonly children: readonly Orphan[];
  /** What its watchdog did right after the crash; null when it did nothing. */
  readonly reaped: Reaped | null;
  /** What was under way when it ended, and is lost. */
  readonly lost: readonly Activity[];
}

/** Any of these tells that the folder is a sandbox's and may be removed. */
const SIGNS = [OWNER_FILE, CARD_FILE, 'sandbox.log', 'children', 'cdk.out'];
const REMOVE_TRIES = 10;
const MINUTE_S = 60;

/**
 * Ends what a crashed sandbox left running and removes its folder. Refuses while one runs or starts.
 * @throws InvalidInput for a folder with something else in it
 */
export async function cleanUp(stateDir: string): Promise<Leftovers> {
  refuseWhileOwned(stateDir);
  refuseForeign(stateDir);
  const owner = readOwner(stateDir);
  const children = await endOrphans(() => findOrphans(stateDir, owner?.mark ?? null));
  const left: Leftovers = {
    pid: owner?.pid ?? readCard(stateDir)?.pid ?? null,
    startedAt: owner === null || owner.startedAt === 0 ? null : owner.startedAt,
    children: children.filter(({ name }) => name !== 'watchdog'),
    reaped: readReaped(stateDir),
    lost: activitiesUnderWay(stateDir),
  };
  fs.rmSync(stateDir, { recursive: true, force: true, maxRetries: REMOVE_TRIES });
  return left;
}

/** What was found, for people: nothing when there was nothing. */
export function tellLeftovers(left: Leftovers, now: number): readonly string[] {
  const { pid, startedAt, children, reaped, lost } = left;
  if (pid === null && children.length === 0) return [];
  const who = pid === null ? 'a sandbox' : `the sandbox of process ${pid}`;
  const age = startedAt === null ? '' : `, started ${ageOf(now - startedAt)} ago,`;
  const lines = [`found ${who}${age} which ended without cleaning up; its state is removed`];
  for (const { kind, what, since } of lost) {
    lines.push(`a ${kind} was under way since ${ageOf(now - since)} and is lost: ${what}`);
  }
  if (reaped !== null && reaped.ended.length > 0) {
    lines.push(`its watchdog ended ${ageOf(now - reaped.at)} ago what outlived it: ${listOf(reaped.ended)}`);
  }
  lines.push(children.length === 0 ? 'no process of it was left' : `ended what it left: ${listOf(children)}`);
  return lines;
}

function refuseWhileOwned(stateDir: string): void {
  const running = runningSandbox(stateDir);
  const owner = readOwner(stateDir);
  const fix = 'Fix: end it with Ctrl-C where it runs, or `npx understudy down`.';
  const refusal = (what: string): UnderstudyError =>
    new UnderstudyError(`${what} ${fix}`, { code: 'sandbox-running', advice: 'give-up' });
  if (running) throw refusal(`A sandbox is running (process ${running.pid}, ${running.url}).`);
  if (owner !== null && isAlive(owner))
    throw refusal(`A sandbox is starting or ending (process ${owner.pid}).`);
}

/** The folder goes as a whole, so it must be one that a sandbox made. */
function refuseForeign(stateDir: string): void {
  const entries = fs.existsSync(stateDir) ? fs.readdirSync(stateDir) : [];
  if (entries.length === 0 || entries.some((entry) => SIGNS.includes(entry))) return;
  throw new InvalidInput('The environment', [
    {
      field: 'UNDERSTUDY_STATE_DIR',
      value: stateDir,
      rule: 'is a folder of a sandbox, or empty, or not there: it is removed as a whole',
      fix: 'name a folder that holds nothing else',
    },
  ]);
}

function ageOf(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 2 * MINUTE_S) return `${seconds} s`;
  const minutes = Math.round(seconds / MINUTE_S);
  return minutes < 2 * MINUTE_S ? `${minutes} min` : `${Math.round(minutes / MINUTE_S)} h`;
}
