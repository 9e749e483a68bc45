/** Operations that make, run and drop change sets. */

import type {
  CreateChangeSetInput,
  CreateChangeSetOutput,
  DeleteChangeSetInput,
  ExecuteChangeSetInput,
} from '@aws-sdk/client-cloudformation';
import { isBusy, statusOf } from '../../../twin/cloudformation/index.ts';
import { AwsError, type Operation, operation } from '../../kernel/index.ts';
import { planChangeSet } from '../change-sets.ts';
import type { StackRecord } from '../stack-record.ts';
import { templateAuthorization } from '../templates.ts';
import { beginDeployment } from './begin.ts';
import { changeSetOf, findChangeSet, ownerOf } from './change-set-lookup.ts';
import { onStack, passRole, required, type ServiceContext } from './service-context.ts';
import { assertNew, assertUpdatable, buildTarget } from './targets.ts';

export function changingOperations(context: ServiceContext): Record<string, Operation> {
  return {
    CreateChangeSet: operation<CreateChangeSetInput, CreateChangeSetOutput>({
      authorize: (input) => [
        ...onStack(context, 'CreateChangeSet', input.StackName),
        ...templateAuthorization(input),
        ...passRole(input.RoleARN),
      ],
      handle: (input) => createChangeSet(context, input),
    }),
    ExecuteChangeSet: operation<ExecuteChangeSetInput, object>({
      authorize: (input) =>
        onStack(context, 'ExecuteChangeSet', input.StackName ?? ownerOf(context, input.ChangeSetName)?.id),
      handle: (input) => executeChangeSet(context, input),
    }),
    DeleteChangeSet: operation<DeleteChangeSetInput, object>({
      authorize: (input) =>
        onStack(context, 'DeleteChangeSet', input.StackName ?? ownerOf(context, input.ChangeSetName)?.id),
      handle: (input) => deleteChangeSet(context, input),
    }),
  };
}

function createChangeSet(context: ServiceContext, input: CreateChangeSetInput): CreateChangeSetOutput {
  const { engine } = context;
  const name = required(input.StackName, 'stackName');
  const changeSetName = required(input.ChangeSetName, 'changeSetName');
  if (input.ChangeSetType === 'IMPORT')
    throw new AwsError('ValidationError', 'The sandbox cannot import resources.');
  const kind = input.ChangeSetType ?? 'UPDATE';
  const found = engine.store.find(name);
  if (kind === 'CREATE') assertNew(found, name, changeSetName);
  else assertUpdatable(found, name);
  if (found?.changeSets.has(changeSetName) === true) {
    throw new AwsError(
      'AlreadyExistsException',
      `ChangeSet ${changeSetName} cannot be created due to a mismatch with existing attribute Name`,
    );
  }
  const stack = found ?? engine.store.draft(name);
  // Faults of the template itself are answered before a stack comes into being.
  const target = buildTarget(context, stack, input);
  if (found === undefined) addStack(context, stack, input.ClientToken);
  const changeSet = planChangeSet(engine, stack, {
    name: changeSetName,
    kind,
    description: input.Description ?? null,
    target,
  });
  stack.changeSets.set(changeSetName, changeSet);
  return { Id: changeSet.id, StackId: stack.id };
}

function addStack({ engine }: ServiceContext, stack: StackRecord, clientToken: string | undefined): void {
  engine.store.add(stack);
  engine.log.note(stack, engine.log.begin(clientToken), stack.reason);
}

function executeChangeSet(context: ServiceContext, input: ExecuteChangeSetInput): object {
  const { stack, changeSet } = findChangeSet(context, input.StackName, input.ChangeSetName);
  if (changeSet.executionStatus !== 'AVAILABLE') {
    throw new AwsError(
      'InvalidChangeSetStatus',
      `ChangeSet [${changeSet.id}] cannot be executed in its current status of [${changeSet.status}]`,
    );
  }
  if (isBusy(stack.state)) {
    throw new AwsError(
      'ValidationError',
      `Stack:${stack.id} is in ${statusOf(stack.state)} state and can not be updated.`,
    );
  }
  for (const [name, other] of stack.changeSets) if (other !== changeSet) stack.changeSets.delete(name);
  changeSet.executionStatus = 'EXECUTE_IN_PROGRESS';
  stack.changeSetId = changeSet.id;
  stack.disableRollback = input.DisableRollback === true;
  beginDeployment(context, stack, changeSet.target, input.ClientRequestToken, () => {
    const isDone =
      stack.state.stage === 'complete' &&
      (stack.state.operation === 'create' || stack.state.operation === 'update');
    changeSet.executionStatus = isDone ? 'EXECUTE_COMPLETE' : 'EXECUTE_FAILED';
  });
  return {};
}

function deleteChangeSet(context: ServiceContext, input: DeleteChangeSetInput): object {
  const name = required(input.ChangeSetName, 'changeSetName');
  const stack =
    input.StackName === undefined
      ? ownerOf(context, name)
      : context.engine.store.get(input.StackName, 'in brackets');
  const found = stack === undefined ? undefined : changeSetOf(stack, name);
  // Dropping a change set that is not there succeeds.
  if (found !== undefined) stack?.changeSets.delete(found.name);
  return {};
}
