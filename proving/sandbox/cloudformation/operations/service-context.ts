/** What the operations of the service share. */

import { TemplateError } from '../../../twin/cloudformation/index.ts';
import { AwsError, type Authorization } from '../../kernel/index.ts';
import type { Engine } from '../engine/engine.ts';
import type { CloudFormationPorts } from '../ports.ts';
import type { StackRecord } from '../stack-record.ts';

export interface ServiceContext {
  readonly engine: Engine;
  readonly ports: CloudFormationPorts;
  /** Runs an operation of a stack after those already under way on it, and keeps track of it. */
  start(stack: StackRecord, work: () => Promise<void>): void;
}

/** Permission for `action` on the stack, or on all stacks where the request names none. */
export function onStack(
  context: ServiceContext,
  action: string,
  nameOrId: string | undefined,
): Authorization[] {
  return [{ action: `cloudformation:${action}`, resource: stackResource(context, nameOrId) }];
}

function stackResource({ engine }: ServiceContext, nameOrId: string | undefined): string {
  if (nameOrId === undefined || nameOrId === '') return '*';
  if (nameOrId.startsWith('arn:')) return nameOrId;
  const { partition, region, accountId } = engine.world;
  const known = engine.store.find(nameOrId);
  return known?.id ?? `arn:${partition}:cloudformation:${region}:${accountId}:stack/${nameOrId}/*`;
}

/** Permission to hand a role to CloudFormation. */
export function passRole(roleArn: string | undefined): Authorization[] {
  if (roleArn === undefined) return [];
  const context = { 'iam:PassedToService': 'cloudformation.amazonaws.com' };
  return [{ action: 'iam:PassRole', resource: roleArn, context }];
}

/** A template's faults become the answer to the request. */
export function asValidation<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof TemplateError) throw new AwsError('ValidationError', error.message);
    throw error;
  }
}

/** A member the service cannot do without. Throws AwsError `ValidationError`. */
export function required<T>(value: T | undefined, member: string): T {
  if (value !== undefined && value !== '') return value;
  throw new AwsError(
    'ValidationError',
    `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
  );
}

const PAGE_LENGTH = 100;

/** One page of a list; the token is the position of the next page. */
export function page<T>(
  items: readonly T[],
  token: string | undefined,
): { items: T[]; next: { NextToken?: string } } {
  const start = token === undefined ? 0 : Number(token);
  if (!Number.isInteger(start) || start < 0)
    throw new AwsError('ValidationError', `NextToken ${token} is not valid`);
  const end = start + PAGE_LENGTH;
  return { items: items.slice(start, end), next: end < items.length ? { NextToken: String(end) } : {} };
}
