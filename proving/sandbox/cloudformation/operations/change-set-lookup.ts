/** Finds change sets by name or ARN. */

import { AwsError } from '../../kernel/index.ts';
import type { ChangeSetRecord, StackRecord } from '../stack-record.ts';
import { required, type ServiceContext } from './service-context.ts';

/** The stack of a change set that is named by its ARN alone. */
export function ownerOf(
  { engine }: ServiceContext,
  changeSetId: string | undefined,
): StackRecord | undefined {
  return engine.store
    .all()
    .find((stack) => [...stack.changeSets.values()].some(({ id }) => id === changeSetId));
}

export function changeSetOf(stack: StackRecord, nameOrId: string): ChangeSetRecord | undefined {
  return [...stack.changeSets.values()].find(({ id, name }) => id === nameOrId || name === nameOrId);
}

/** Throws AwsError `ChangeSetNotFound`, or `ValidationError` for an unknown stack. */
export function findChangeSet(
  context: ServiceContext,
  stackName: string | undefined,
  changeSetName: string | undefined,
): { stack: StackRecord; changeSet: ChangeSetRecord } {
  const nameOrId = required(changeSetName, 'changeSetName');
  const stack =
    stackName === undefined ? ownerOf(context, nameOrId) : context.engine.store.get(stackName, 'in brackets');
  const changeSet = stack === undefined ? undefined : changeSetOf(stack, nameOrId);
  if (stack === undefined || changeSet === undefined) {
    throw new AwsError('ChangeSetNotFound', `ChangeSet [${nameOrId}] does not exist`, { status: 404 });
  }
  return { stack, changeSet };
}
