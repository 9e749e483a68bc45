/** The sandbox's folder: what a start writes down, so that other commands find it and a crash can be cleaned up. */

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { UnderstudyError } from '../../../core/errors.ts';
import { type ChildRecord, livingChildren, startTicks } from '../kernel/index.ts';

/** How other commands reach a running sandbox. The file is readable by its owner alone. */
export interface SandboxCard {
  readonly pid: number;
  readonly startTicks: string;
  readonly url: string;
  readonly region: string;
  readonly accountId: string;
  readonly pace: 'fast' | 'aws';
  readonly operator: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** `host:port` of the caching resolver that clients use. */
  readonly dns: string;
  readonly caFile: string;
}

/** `UNDERSTUDY_STATE_DIR`, else a folder of the user's own below the system's temporary folder. */
export function defaultStateDir(env: NodeJS.ProcessEnv): string {
  return env['UNDERSTUDY_STATE_DIR'] || path.join(os.tmpdir(), `understudy-${os.userInfo().username}`);
}

function cardFile(stateDir: string): string {
  return path.join(stateDir, 'sandbox.json');
}

export function writeCard(stateDir: string, card: SandboxCard): void {
  fs.writeFileSync(cardFile(stateDir), JSON.stringify(card, null, 2), { mode: 0o600 });
}

/** An orderly end takes its card away, so that the next start does not take it for a crash. Logs stay. */
export function removeCard(stateDir: string): void {
  fs.rmSync(cardFile(stateDir), { force: true });
}

/** The card of a sandbox that runs now; null when there is none, or only what a crash left. */
export function runningSandbox(stateDir: string): SandboxCard | null {
  const card = readCard(stateDir);
  return card && startTicks(card.pid) === card.startTicks ? card : null;
}

function readCard(stateDir: string): SandboxCard | null {
  try {
    return JSON.parse(fs.readFileSync(cardFile(stateDir), 'utf8')) as SandboxCard;
  } catch {
    return null;
  }
}

export interface Leftovers {
  /** The dead sandbox's pid, when its card was found. */
  readonly pid: number | null;
  readonly children: readonly ChildRecord[];
}

/** Ends what a crashed sandbox left running and removes its folder. Refuses while one runs. */
export function cleanUp(stateDir: string): Leftovers {
  const running = runningSandbox(stateDir);
  if (running) {
    throw new UnderstudyError(
      `A sandbox is running (process ${running.pid}, ${running.url}). Fix: end it with Ctrl-C where it runs, or \`npx understudy down\`.`,
      { code: 'sandbox-running', advice: 'give-up' },
    );
  }
  const children = livingChildren(stateDir);
  for (const child of children) kill(child.pid);
  const pid = readCard(stateDir)?.pid ?? null;
  fs.rmSync(stateDir, { recursive: true, force: true });
  return { pid, children };
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
