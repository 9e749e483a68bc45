/** CreateStack and UpdateStack: what `cdk deploy --method=direct` and other tools use instead of change sets. */

import type {
  CreateStackInput,
  CreateStackOutput,
  UpdateStackInput,
  UpdateStackOutput,
} from '@aws-sdk/client-cloudformation';
import { AwsError, type Operation, operation } from '../../kernel/index.ts';
import { planChangeSet } from '../change-sets.ts';
import { templateAuthorization } from '../templates.ts';
import { beginDeployment } from './begin.ts';
import { onStack, passRole, required, type ServiceContext } from './service-context.ts';
import { assertNew, assertUpdatable, buildTarget } from './targets.ts';

export function directOperations(context: ServiceContext): Record<string, Operation> {
  return {
    CreateStack: operation<CreateStackInput, CreateStackOutput>({
      authorize: (input) => [
        ...onStack(context, 'CreateStack', input.StackName),
        ...templateAuthorization(input),
        ...passRole(input.RoleARN),
      ],
      handle: (input) => createStack(context, input),
    }),
    UpdateStack: operation<UpdateStackInput, UpdateStackOutput>({
      authorize: (input) => [
        ...onStack(context, 'UpdateStack', input.StackName),
        ...templateAuthorization(input),
        ...passRole(input.RoleARN),
      ],
      handle: (input) => updateStack(context, input),
    }),
  };
}

function createStack(context: ServiceContext, input: CreateStackInput): CreateStackOutput {
  const name = required(input.StackName, 'stackName');
  const found = context.engine.store.find(name);
  if (found !== undefined) throw new AwsError('AlreadyExistsException', `Stack [${name}] already exists`);
  assertNew(found, name, '');
  const stack = context.engine.store.draft(name);
  const target = buildTarget(context, stack, input);
  context.engine.store.add(stack);
  stack.terminationProtection = input.EnableTerminationProtection === true;
  stack.disableRollback = input.DisableRollback === true || input.OnFailure === 'DO_NOTHING';
  beginDeployment(context, stack, target, input.ClientRequestToken, () => undefined);
  return { StackId: stack.id };
}

function updateStack(context: ServiceContext, input: UpdateStackInput): UpdateStackOutput {
  const name = required(input.StackName, 'stackName');
  const stack = assertUpdatable(context.engine.store.find(name), name);
  const target = buildTarget(context, stack, input);
  const changeSet = planChangeSet(context.engine, stack, {
    name: 'direct',
    kind: 'UPDATE',
    description: null,
    target,
  });
  if (changeSet.status === 'FAILED') {
    const isEmpty = changeSet.failures.length === 0;
    throw new AwsError(
      'ValidationError',
      isEmpty ? 'No updates are to be performed.' : (changeSet.reason ?? ''),
    );
  }
  stack.disableRollback = input.DisableRollback === true;
  beginDeployment(context, stack, target, input.ClientRequestToken, () => undefined);
  return { StackId: stack.id };
}
