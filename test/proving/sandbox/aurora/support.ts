import fs from 'node:fs';
import type { World } from '../../../../proving/sandbox/kernel/index.ts';

const NOBODY = { uid: 65_534, gid: 65_534 };

/** A world at the fast pace in a folder of the test. */
export function testWorld(stateDir: string, logged: string[] = []): World {
  fs.chmodSync(stateDir, 0o755);
  return {
    accountId: '123456789012',
    region: 'eu-west-1',
    partition: 'aws',
    urlSuffix: 'amazonaws.com',
    pace: 'fast',
    managed: (ms) => ms / 10,
    now: () => Date.now(),
    stateDir,
    unprivileged: process.getuid?.() === 0 ? NOBODY : null,
    log: (component, message, fields) =>
      void logged.push(`${component}: ${message} ${JSON.stringify(fields ?? {})}`),
  };
}
