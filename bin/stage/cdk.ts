/** Runs the stock CDK command line against the sandbox. */

import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import readline from 'node:readline';
import { UnderstudyError } from '../../core/errors.ts';
import {
  beginActivity,
  defaultStateDir,
  MARK,
  ownMark,
  tied,
  type SandboxCard,
} from '../../proving/sandbox/index.ts';
import { cdkEnvironment } from './environment.ts';
import type { Terminal } from './terminal.ts';

/** Lines of the CLI's output that are shown while it runs. */
const WORTH_SAYING = /^\s*(✅|❌|.*\bdeploying\.\.\.|.*no changes)/u;
const KEPT_LINES_MAX = 200;

export interface CdkRun {
  readonly card: SandboxCard;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  /** Folder to run in. @default - the current one, where cdk.json names the app */
  readonly cwd?: string;
}

export async function cdk(args: readonly string[], run: CdkRun): Promise<void> {
  const what = `cdk ${args.slice(0, 2).join(' ')}`;
  const end = beginActivity(defaultStateDir(process.env), { kind: 'deployment', what, since: Date.now() });
  try {
    await runCdk(args, run);
  } finally {
    end();
  }
}

async function runCdk(args: readonly string[], { card, terminal, signal, cwd }: CdkRun): Promise<void> {
  // It dies with us, and what it starts in turn bears our mark: a sandbox that is killed leaves no deployment behind.
  const [command, tiedArgs] = tied(process.execPath, [cdkFile(), ...args, '--no-notices']);
  const child = spawn(command, tiedArgs, {
    env: { ...cdkEnvironment(card, process.env), [MARK]: ownMark() },
    ...(cwd === undefined ? {} : { cwd }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stop = (): void => void child.kill('SIGTERM');
  signal.addEventListener('abort', stop, { once: true });
  const kept: string[] = [];
  const read = (line: string): void => {
    kept.push(line);
    if (kept.length > KEPT_LINES_MAX) kept.shift();
    if (WORTH_SAYING.test(line)) terminal.say(`cdk: ${line.trim()}`);
  };
  readline.createInterface({ input: child.stdout }).on('line', read);
  readline.createInterface({ input: child.stderr }).on('line', read);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  signal.removeEventListener('abort', stop);
  if (code === 0) return;
  if (signal.aborted) throw new UnderstudyError('Interrupted.', { code: 'interrupted', advice: 'give-up' });
  throw new UnderstudyError(`\`cdk ${args.join(' ')}\` failed (exit ${code}). It said:\n${kept.join('\n')}`, {
    code: 'deploy-failed',
    advice: 'check',
  });
}

function cdkFile(): string {
  const require = createRequire(path.join(process.cwd(), 'package.json'));
  try {
    return path.join(path.dirname(require.resolve('aws-cdk/package.json')), 'bin', 'cdk');
  } catch (error) {
    throw new UnderstudyError(
      'The CDK command line is missing here. Fix: `npm ci`, or `npm i -D aws-cdk@2.1148.1`.',
      {
        code: 'tool-missing',
        advice: 'give-up',
        cause: error,
      },
    );
  }
}
