/** The sandbox's folder, and the card in it by which other commands find a running sandbox. */

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readWhole, writeWhole } from '../kernel/index.ts';
import { isAlive, OWNER_FILE } from './owner.ts';

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

export const CARD_FILE = 'sandbox.json';

export function writeCard(stateDir: string, card: SandboxCard): void {
  writeWhole(path.join(stateDir, CARD_FILE), card, { mode: 0o600 });
}

/** An orderly end takes card and owner away, so that the next start does not take it for a crash. Logs stay. */
export function removeCard(stateDir: string): void {
  for (const file of [CARD_FILE, OWNER_FILE]) fs.rmSync(path.join(stateDir, file), { force: true });
}

/** The card of a sandbox that runs now; null when there is none, or only what a crash left. */
export function runningSandbox(stateDir: string): SandboxCard | null {
  const card = readCard(stateDir);
  return card !== null && isAlive(card) ? card : null;
}

/** The card, whether its sandbox runs or not; null where there is none, or its writing was cut short. */
export function readCard(stateDir: string): SandboxCard | null {
  const card = readWhole<SandboxCard>(path.join(stateDir, CARD_FILE));
  return typeof card?.pid === 'number' && typeof card.startTicks === 'string' ? (card as SandboxCard) : null;
}
