/** The stock CDK command line against a running sandbox, as a user runs it from the project's folder. */

import { execFile } from 'node:child_process';
import path from 'node:path';
import { cdkEnvironment } from '../../bin/stage/environment.ts';
import type { SandboxCard } from '../../proving/sandbox/index.ts';
import { ROOT } from '../house/source.ts';
import { PATH } from '../bin/command.ts';

const CDK = path.join(ROOT, 'node_modules/aws-cdk/bin/cdk');
const ANSWERS_MS_MAX = 240_000;
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024;

export interface CdkResult {
  readonly code: number;
  /** Standard output, then standard error. */
  readonly output: string;
}

/** Options that name a variant of the app and the folder its templates go to. */
export function variant(name: string, output: string): readonly string[] {
  return ['--app', `node test/journey/apps/demo-variant.ts ${name}`, '--output', output];
}

export function cdk(card: SandboxCard, args: readonly string[], cwd = ROOT): Promise<CdkResult> {
  const env = { ...cdkEnvironment(card, { ...process.env, PATH }), NO_COLOR: '1' };
  const options = { cwd, env, timeout: ANSWERS_MS_MAX, maxBuffer: OUTPUT_BYTES_MAX };
  return new Promise((resolve) => {
    execFile(process.execPath, [CDK, ...args, '--no-notices'], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({ code, output: `${stdout}\n${stderr}` });
    });
  });
}

export function deploy(card: SandboxCard, options: readonly string[]): Promise<CdkResult> {
  return cdk(card, ['deploy', 'Demo/*', '--require-approval', 'never', ...options]);
}

export function destroy(card: SandboxCard, options: readonly string[]): Promise<CdkResult> {
  return cdk(card, ['destroy', 'Demo/*', '-f', ...options]);
}
