/** Makes the world that every part of the sandbox shares. */

import fs from 'node:fs';
import path from 'node:path';
import { startTicks, type Pace, type World } from '../kernel/index.ts';

export const ACCOUNT_ID = '123456789012';
/** At the fast pace, a time of a managed service passes in a tenth of what AWS documents. */
const FAST_RATIO = 0.1;

export interface WorldOptions {
  readonly region: string;
  readonly pace: Pace;
  readonly stateDir: string;
}

export function createWorld(options: WorldOptions): World & { readonly logFile: string } {
  fs.mkdirSync(options.stateDir, { recursive: true, mode: 0o755 });
  const logFile = path.join(options.stateDir, 'sandbox.log');
  // Synchronous, so that the last words before a crash are on disk.
  const log = fs.openSync(logFile, 'a');
  return {
    accountId: ACCOUNT_ID,
    region: options.region,
    partition: 'aws',
    urlSuffix: 'amazonaws.com',
    pace: options.pace,
    managed: (ms) => (options.pace === 'fast' ? ms * FAST_RATIO : ms),
    now: () => Date.now(),
    stateDir: options.stateDir,
    unprivileged: process.getuid?.() === 0 ? nobody() : null,
    log: (component, message, fields) =>
      void fs.writeSync(
        log,
        `${JSON.stringify({ at: new Date().toISOString(), component, message, ...fields })}\n`,
      ),
    logFile,
  };
}

/** PostgreSQL refuses to run as root, and initdb wants a user with a passwd entry: `nobody` has one everywhere. */
function nobody(): { uid: number; gid: number } {
  const line = fs
    .readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith('nobody:'));
  const [, , uid = '65534', gid = '65534'] = (line ?? '').split(':');
  return { uid: Number(uid), gid: Number(gid) };
}

export function ownStartTicks(): string {
  return startTicks(process.pid) ?? '';
}
