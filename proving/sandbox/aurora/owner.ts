/** Files that PostgreSQL must own: we may be root, and PostgreSQL never runs as root. */

import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import { UnderstudyError } from '../../../core/errors.ts';
import type { World } from '../kernel/index.ts';

export function giveToEngine(world: World, file: string): void {
  if (world.unprivileged) fs.chownSync(file, world.unprivileged.uid, world.unprivileged.gid);
}

export function makeEngineFolder(world: World, folder: string): void {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  fs.chmodSync(folder, 0o700);
  giveToEngine(world, folder);
}

export function writeEngineFile(world: World, file: string, text: string): void {
  const fresh = `${file}.new`;
  fs.writeFileSync(fresh, text, { mode: 0o600 });
  giveToEngine(world, fresh);
  fs.renameSync(fresh, file);
}

/** Names of the operating system's users: ours, and the one PostgreSQL runs as. */
export function userNames(world: World): { supervisor: string; engine: string } {
  const supervisor = os.userInfo().username;
  if (!world.unprivileged) return { supervisor, engine: supervisor };
  const { uid } = world.unprivileged;
  const line = fs
    .readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.split(':')[2] === String(uid));
  if (line === undefined) {
    throw new UnderstudyError(
      `the user id ${uid} that PostgreSQL would run as has no entry in /etc/passwd: choose one that has (nobody)`,
      { code: 'engine-user-unknown', advice: 'give-up' },
    );
  }
  return { supervisor, engine: line.split(':')[0] ?? '' };
}

export interface ToolRun {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Exit codes that count as success. @default [0] */
  readonly accept?: readonly number[];
}

/** Runs a short-lived tool as PostgreSQL's user. Rejects with what it said. */
export async function runAsEngine(world: World, run: ToolRun): Promise<void> {
  const user = world.unprivileged;
  const child = spawn(run.command, run.args, {
    cwd: world.stateDir,
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC', ...run.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(user ? { uid: user.uid, gid: user.gid } : {}),
  });
  let said = '';
  const listen = (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4_000);
  };
  child.stdout.on('data', listen);
  child.stderr.on('data', listen);
  child.stdin.on('error', () => undefined);
  child.stdin.end(run.input ?? '');
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== null && (run.accept ?? [0]).includes(code)) return;
  throw new Error(`${run.command} ended with ${code}: ${said}`);
}
