/** What /proc says of a process. Null, or empty, for one that is gone or may not be looked into. */

import fs from 'node:fs';

/** Field 22 of /proc/<pid>/stat: with the pid it identifies a process for the life of the machine. */
export function startTicks(pid: number): string | null {
  return fieldsOf(pid)?.[19] ?? null;
}

/** True for a process that has ended and only waits for its parent, or for init, to take note. */
export function hasEnded(pid: number): boolean {
  const state = fieldsOf(pid)?.[0];
  return state === undefined || state === 'Z';
}

export function allPids(): number[] {
  return fs
    .readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number);
}

/** The name of the program, at most 15 characters of it. */
export function programOf(pid: number): string {
  return read(`/proc/${pid}/comm`).trim();
}

/** The environment that the process was started with. PostgreSQL overwrites its own with its title. */
export function environmentOf(pid: number): readonly string[] {
  return read(`/proc/${pid}/environ`).split('\0');
}

export function workingFolderOf(pid: number): string {
  try {
    return fs.readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}

/** Sends a signal; a process that is gone already is as well. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Fields of /proc/<pid>/stat from the third (state) on; the second may hold blanks. */
function fieldsOf(pid: number): string[] | null {
  const stat = read(`/proc/${pid}/stat`);
  return stat === '' ? null : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function read(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
