/** What the engineer's commands are about: an environment in the sandbox, or one on AWS that was asked for by name. */

import { InvalidInput } from '../../core/errors.ts';
import { callerArn, connect, type OperatorPorts } from '../../ops/connect.ts';
import { readDeployment, type Deployment } from '../../ops/deployment.ts';
import type { Target } from '../../ops/target.ts';
import type { SandboxCard } from '../../proving/sandbox/index.ts';
import { targetOf } from './place.ts';
import { requireSandbox } from './require-sandbox.ts';

export interface OperatorOptions {
  readonly stage: string;
  /** `aws` means whatever account the SDK's own variables and files lead to, `AWS_ENDPOINT_URL` included. */
  readonly target: 'sandbox' | 'aws';
}

export interface Operator {
  /** The sandbox that it is about; null for AWS. */
  readonly card: SandboxCard | null;
  readonly target: Target;
  readonly deployment: Deployment;
  readonly ports: OperatorPorts;
  /** Who asks, as AWS names them. */
  readonly actor: string;
}

export async function findTarget({ target }: Pick<OperatorOptions, 'target'>): Promise<{
  readonly card: SandboxCard | null;
  readonly target: Target;
}> {
  const card = target === 'aws' ? null : await requireSandbox();
  return { card, target: card === null ? awsTarget(process.env) : targetOf(card) };
}

export async function findOperator(options: OperatorOptions): Promise<Operator> {
  const { card, target } = await findTarget(options);
  const [deployment, actor] = await Promise.all([readDeployment(target, options.stage), callerArn(target)]);
  return { card, target, deployment, actor, ports: connect(target, deployment.table) };
}

function awsTarget(env: NodeJS.ProcessEnv): Target {
  const region = env['AWS_REGION'] || env['AWS_DEFAULT_REGION'];
  if (region) return { region };
  throw new InvalidInput('The environment', [
    {
      field: 'AWS_REGION',
      value: region,
      rule: 'is set with --target aws',
      fix: 'AWS_REGION=eu-west-1, say',
    },
  ]);
}

/** The reason that a person gives stands in the records: an empty one is none. */
export function whyOf(text: string): string {
  const why = text.trim();
  if (why !== '') return why;
  throw new InvalidInput('The command', [
    {
      field: '--why',
      value: text,
      rule: 'says why, for the records',
      fix: '--why "upgrade of the old writer"',
    },
  ]);
}
