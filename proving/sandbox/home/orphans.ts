/**
 * Processes that a dead sandbox left running. The kernel ends its children, but not what those have started: the
 * backends of a PostgreSQL that was stopped, say, which notice nothing until somebody wakes them.
 */

import fs from 'node:fs';
import {
  allPids,
  childrenOnRecord,
  environmentOf,
  hasEnded,
  MARK,
  programOf,
  sendSignal,
  startTicks,
  workingFolderOf,
} from '../kernel/index.ts';

export interface Orphan {
  readonly pid: number;
  readonly name: string;
}

/** PostgreSQL writes its title over its environment, so it is known by where it works. */
const ENGINES: ReadonlySet<string> = new Set(['postgres', 'initdb', 'pg_basebackup', 'pg_ctl']);
const LOOK_AGAIN_MS = 25;
/** Looks in a row that must find nothing: what was being forked while we looked turns up in the next. */
const QUIET_LOOKS = 3;
const ENDS_MS_MAX = 8000;

/** Everything of the sandbox in this folder that runs now. Only for a sandbox whose own process is dead. */
export function findOrphans(stateDir: string, mark: string | null): readonly Orphan[] {
  const records = childrenOnRecord(stateDir);
  const real = fs.existsSync(stateDir) ? fs.realpathSync(stateDir) : stateDir;
  return allPids()
    .filter((pid) => pid !== process.pid && !hasEnded(pid))
    .flatMap((pid) => {
      const record = records.find((child) => child.pid === pid && child.startTicks === startTicks(pid));
      if (record) return [{ pid, name: record.name }];
      const program = programOf(pid);
      const isOurs = worksIn(pid, program, real) || (mark !== null && isMarked(pid, mark));
      return isOurs ? [{ pid, name: program }] : [];
    });
}

/**
 * Kills what is found until nothing is found any more. Answers everything that was killed; rejects when something
 * does not end.
 * @param proceed asked before every look: false ends the search, as when the folder has a new owner
 */
export async function endOrphans(
  find: () => readonly Orphan[],
  proceed: () => boolean = () => true,
): Promise<readonly Orphan[]> {
  const ended = new Map<number, Orphan>();
  const deadline = performance.now() + ENDS_MS_MAX;
  for (let quiet = 0; quiet < QUIET_LOOKS && proceed();) {
    const found = find();
    for (const orphan of found) {
      sendSignal(orphan.pid, 'SIGKILL');
      ended.set(orphan.pid, ended.get(orphan.pid) ?? orphan);
    }
    quiet = found.length === 0 ? quiet + 1 : 0;
    if (performance.now() > deadline) throw new Error(`these do not end: ${listOf(found)}`);
    if (quiet < QUIET_LOOKS) await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
  return [...ended.values()];
}

export function listOf(orphans: readonly Orphan[]): string {
  return orphans.map(({ pid, name }) => `${name} (${pid})`).join(', ');
}

function worksIn(pid: number, program: string, folder: string): boolean {
  if (!ENGINES.has(program)) return false;
  const works = workingFolderOf(pid);
  return works === folder || works.startsWith(`${folder}/`);
}

function isMarked(pid: number, mark: string): boolean {
  return environmentOf(pid).includes(`${MARK}=${mark}`);
}
