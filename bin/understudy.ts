/** The CDK app: one Stage for each environment. `cdk.json` runs it; see `npx cdk list`. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { UnderstudyError } from '../core/errors.ts';
import { checkRewrite, type EnvironmentLock, keepGrowth } from '../core/profile/lock.ts';
import type { EnvironmentProfile } from '../core/profile/types.ts';
import * as environments from '../environments/index.ts';
import { UnderstudyEnvironment } from '../lib/index.ts';

/** Context key: the name of the environment whose lock is written anew instead of being compared. */
const WRITE_LOCK = 'understudy:write-lock';

function synthesize(): void {
  const app = new App();
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  for (const profile of Object.values(environments)) addEnvironment(app, profile);
  app.synth();
}

function addEnvironment(app: App, profile: EnvironmentProfile): void {
  const lockFile = `environments/${profile.name}.lock.json`;
  const rewrite = app.node.tryGetContext(WRITE_LOCK) === profile.name;
  const stageId = profile.name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
  const environment = new UnderstudyEnvironment(app, stageId, {
    profile,
    ...(rewrite ? {} : { lock: readLock(lockFile, profile.name), lockFile }),
  });
  if (rewrite) rewriteLock(lockFile, environment.lock());
}

function rewriteLock(file: string, lock: EnvironmentLock): void {
  const url = lockUrl(file);
  const before = existsSync(url) ? (JSON.parse(readFileSync(url, 'utf8')) as EnvironmentLock) : null;
  if (before) checkRewrite(file, before, lock);
  writeFileSync(url, `${JSON.stringify(before ? keepGrowth(before, lock) : lock, null, 2)}\n`);
}

function readLock(file: string, name: string): EnvironmentLock {
  try {
    return JSON.parse(readFileSync(lockUrl(file), 'utf8')) as EnvironmentLock;
  } catch (cause) {
    const message =
      `${file} cannot be read, so nothing keeps the data of '${name}' from being replaced. ` +
      `Fix: npx cdk synth -q -c ${WRITE_LOCK}=${name}, then review and commit the file.`;
    throw new UnderstudyError(message, { code: 'lock-unreadable', advice: 'give-up', cause });
  }
}

function lockUrl(file: string): URL {
  return new URL(`../${file}`, import.meta.url);
}

try {
  synthesize();
} catch (error) {
  if (!(error instanceof UnderstudyError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
