/** What the stages of every engine have in common: a world in a folder of the test, and an identity of few keys. */

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  AwsError,
  type Identity,
  livingChildren,
  type World,
} from '../../../proving/sandbox/kernel/index.ts';

export const ACCOUNT = '123456789012';
const NOBODY = { uid: 65_534, gid: 65_534 };

export interface EngineWorld {
  readonly world: World;
  readonly logged: string[];
  /** Removes the folder. Throws when a process of the engine still lives. */
  remove(): void;
}

/** @param pace how many times faster than AWS managed times pass */
export function engineWorld(region: string, pace: number): EngineWorld {
  const stateDir = fs.mkdtempSync(path.join(os.tmpdir(), 'understudy-engine-'));
  const logged: string[] = [];
  const world = worldIn(stateDir, { region, pace, logged });
  const remove = (): void => {
    const left = livingChildren(stateDir);
    fs.rmSync(stateDir, { recursive: true, force: true });
    if (left.length > 0) throw new Error(`processes left: ${JSON.stringify(left)}`);
  };
  return { world, logged, remove };
}

export interface WorldOptions {
  /** @default 'eu-west-1' */
  readonly region?: string;
  /** @default - a tenth of AWS's times */
  readonly pace?: number;
  /** Hears what is logged. @default - nobody */
  readonly logged?: string[];
}

/** A world in a folder that the caller removes. */
export function worldIn(
  stateDir: string,
  { region = 'eu-west-1', pace = 10, logged = [] }: WorldOptions = {},
): World {
  fs.chmodSync(stateDir, 0o755);
  return {
    accountId: ACCOUNT,
    region,
    partition: 'aws',
    urlSuffix: 'amazonaws.com',
    pace: 'fast',
    managed: (ms) => ms / pace,
    now: () => Date.now(),
    stateDir,
    unprivileged: process.getuid?.() === 0 ? NOBODY : null,
    log: (component, message, fields) =>
      void logged.push(`${component}: ${message} ${JSON.stringify(fields ?? {})}`),
  };
}

export interface TestKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/**
 * Knows the key of each role and nobody else's.
 * @param isAllowed what a role may do
 */
export function identityOf(
  keys: Readonly<Record<string, TestKey>>,
  isAllowed: (role: string, request: { action: string; resource: string }) => boolean,
): Identity {
  const known = new Map(
    Object.entries(keys).map(([roleName, key]) => {
      const arn = `arn:aws:sts::${ACCOUNT}:assumed-role/${roleName}/s`;
      const principal = {
        arn,
        kind: 'role' as const,
        roleName,
        sessionName: 's',
        userId: `AROA:${roleName}`,
      };
      return [key.accessKeyId, { ...key, principal }];
    }),
  );
  return {
    denials: [],
    issueForRole: () => {
      throw new Error('not used');
    },
    lookup: (accessKeyId) => known.get(accessKeyId),
    authorize(who, requests) {
      const refused = requests.find((request) => !isAllowed(who.roleName ?? '', request));
      if (refused === undefined) return;
      const { action, resource } = refused;
      throw new AwsError('AccessDenied', `${who.arn} may not ${action} ${resource}`, { status: 403 });
    },
  };
}

export async function eventually<T>(
  what: string,
  boundMs: number,
  ask: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const end = performance.now() + boundMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (performance.now() > end) throw new Error(`not within ${boundMs} ms: ${what}`);
    await new Promise((done) => {
      setTimeout(done, 20);
    });
  }
}
