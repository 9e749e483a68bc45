/** The cache's part of the lock of an environment, for the one guided operation that may change it. */

import { readFileSync, writeFileSync } from 'node:fs';
import type { LockedCache } from '../../core/cache/growth/index.ts';
import { InvalidInput } from '../../core/errors.ts';
import type { EnvironmentLock } from '../../core/profile/lock.ts';

export interface CacheLock {
  /** Name of the CDK stage of the environment. */
  readonly stage: string;
  read(): LockedCache;
  write(cache: LockedCache): void;
}

const ENVIRONMENT = /^[a-z][a-z0-9-]*$/;

/** @param root where `environments/` is @throws InvalidInput without such a file, or without a cache in it */
export function cacheLock(environment: string, root = new URL('../../', import.meta.url)): CacheLock {
  const file = `environments/${environment}.lock.json`;
  if (!ENVIRONMENT.test(environment)) throw refused(environment, 'is the name of an environment', file);
  const url = new URL(file, root);
  const lockOf = (): EnvironmentLock & { readonly cache: LockedCache } => {
    const lock = lockAt(url);
    if (lock === null) throw refused(environment, `has a lock, ${file}`, file);
    const { cache } = lock;
    if (cache === undefined) throw refused(environment, 'has a cache in its lock', file);
    return { ...lock, cache };
  };
  lockOf();
  return {
    stage: environment
      .split('-')
      .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
      .join(''),
    read: () => lockOf().cache,
    write: (cache) => writeFileSync(url, `${JSON.stringify({ ...lockOf(), cache }, null, 2)}\n`),
  };
}

function lockAt(url: URL): EnvironmentLock | null {
  try {
    return JSON.parse(readFileSync(url, 'utf8')) as EnvironmentLock;
  } catch {
    return null;
  }
}

function refused(environment: string, rule: string, file: string): InvalidInput {
  const fix = `give the name of a file in environments/; ${file} is written by npx cdk synth -c understudy:write-lock=<environment>`;
  return new InvalidInput('The command', [{ field: '<environment>', value: environment, rule, fix }]);
}
