/** Deploys versions of the web tier as a user does: by the stock command line, from a variant of the app. */

import path from 'node:path';
import { UnderstudyError } from '../../../core/errors.ts';
import type { Deployed, Deployment, FrontPlace } from '../../../proving/drills/index.ts';
import { defaultStateDir, type SandboxCard } from '../../../proving/sandbox/index.ts';
import { cdk } from '../cdk.ts';
import { interruptSignal } from '../interrupt.ts';

export interface DeploymentsOptions {
  readonly card: SandboxCard;
  /** Id of the CDK stage. */
  readonly stage: string;
  say(line: string): void;
}

type Deployments = Pick<FrontPlace, 'deploy' | 'restore' | 'setPool'>;

/** What ECS, and so the stack's events, say of a deployment that was rolled back. */
const REASON =
  /(ECS Deployment Circuit Breaker[^.\n]*|[^\n]*circuit breaker[^\n]*|[^\n]*UPDATE_ROLLBACK[^\n]*)/i;

export function deployments({ card, stage, say }: DeploymentsOptions): Deployments {
  let isChanged = false;
  const run = async (args: readonly string[]): Promise<void> => {
    const output = path.join(defaultStateDir(process.env), 'cdk.drill');
    const options = ['--exclusively', '--require-approval', 'never', '--output', output];
    const terminal = { say, good: say, bad: say, data: say };
    await cdk(['deploy', `${stage}/Compute`, ...options, ...args], {
      card,
      terminal,
      signal: interruptSignal(),
    });
  };
  const variant = (change: object): Promise<void> =>
    run(['--app', `node ${variantApp()} ${JSON.stringify(JSON.stringify(change))}`]);
  const restore = async (): Promise<void> => {
    if (!isChanged) return;
    await run([]);
    isChanged = false;
  };
  return {
    deploy: async ({ what, how }: Deployment): Promise<Deployed> => {
      const version = `${what}-${Date.now().toString(36)}`;
      isChanged = true;
      try {
        await variant({ version, what, how });
        return { version, completed: true, reason: null };
      } catch (error) {
        if (!(error instanceof UnderstudyError) || error.code !== 'deploy-failed') throw error;
        return { version, completed: false, reason: reasonOf(error.message) };
      }
    },
    restore,
    setPool: async (kind) => {
      if (kind === 'ours') return restore();
      isChanged = true;
      await variant({ version: `plain-${Date.now().toString(36)}`, what: 'plain', how: 'rolling' });
    },
  };
}

function variantApp(): string {
  const here = import.meta.filename;
  return path.resolve(path.dirname(here), `../../variant${path.extname(here)}`);
}

function reasonOf(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.find((line) => REASON.test(line)) ?? lines.findLast((line) => line !== '') ?? '';
}
