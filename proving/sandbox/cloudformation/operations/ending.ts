/** Operations that delete, protect and roll back stacks. */

import type {
  ContinueUpdateRollbackInput,
  DeleteStackInput,
  RollbackStackInput,
  RollbackStackOutput,
  UpdateTerminationProtectionInput,
  UpdateTerminationProtectionOutput,
} from '@aws-sdk/client-cloudformation';
import { isDeleted, statusOf } from '../../../twin/cloudformation/index.ts';
import { AwsError, type Operation, operation } from '../../kernel/index.ts';
import { deleteStack } from '../engine/delete-stack.ts';
import { rollBack } from '../engine/roll-back.ts';
import type { StackRecord } from '../stack-record.ts';
import { onStack, passRole, required, type ServiceContext } from './service-context.ts';

export function endingOperations(context: ServiceContext): Record<string, Operation> {
  return {
    DeleteStack: operation<DeleteStackInput, object>({
      authorize: (input) => [...onStack(context, 'DeleteStack', input.StackName), ...passRole(input.RoleARN)],
      handle: (input) => requestDeletion(context, input),
    }),
    UpdateTerminationProtection: operation<
      UpdateTerminationProtectionInput,
      UpdateTerminationProtectionOutput
    >({
      authorize: (input) => onStack(context, 'UpdateTerminationProtection', input.StackName),
      handle(input) {
        const stack = context.engine.store.get(required(input.StackName, 'stackName'), 'in brackets');
        if (isDeleted(stack.state))
          throw new AwsError('ValidationError', `Stack [${stack.name}] does not exist`);
        stack.terminationProtection = required(
          input.EnableTerminationProtection,
          'enableTerminationProtection',
        );
        return { StackId: stack.id };
      },
    }),
    RollbackStack: operation<RollbackStackInput, RollbackStackOutput>({
      authorize: (input) => [
        ...onStack(context, 'RollbackStack', input.StackName),
        ...passRole(input.RoleARN),
      ],
      handle(input) {
        const stack = context.engine.store.get(required(input.StackName, 'stackName'));
        const status = statusOf(stack.state);
        if (status !== 'CREATE_FAILED' && status !== 'UPDATE_FAILED') throw notRollbackable(stack);
        undo(context, stack, input.ClientRequestToken);
        return { StackId: stack.id };
      },
    }),
    ContinueUpdateRollback: operation<ContinueUpdateRollbackInput, object>({
      authorize: (input) => [
        ...onStack(context, 'ContinueUpdateRollback', input.StackName),
        ...passRole(input.RoleARN),
      ],
      handle(input) {
        const stack = context.engine.store.get(required(input.StackName, 'stackName'));
        if (statusOf(stack.state) !== 'UPDATE_ROLLBACK_FAILED') throw notRollbackable(stack);
        undo(context, stack, input.ClientRequestToken);
        return {};
      },
    }),
  };
}

function notRollbackable(stack: StackRecord): AwsError {
  return new AwsError(
    'ValidationError',
    `Stack:${stack.id} is in ${statusOf(stack.state)} state and can not be rolled back.`,
  );
}

function undo(context: ServiceContext, stack: StackRecord, clientToken: string | undefined): void {
  const { engine } = context;
  const kind = stack.state.operation === 'create' ? 'rollback' : 'update-rollback';
  const operation = engine.log.begin(clientToken);
  context.start(stack, () =>
    rollBack(engine, { stack, operation, kind, reason: 'User Initiated', surplus: [] }),
  );
}

/** A stack that is being worked on is deleted once that work has ended. */
function requestDeletion(context: ServiceContext, input: DeleteStackInput): object {
  const { engine } = context;
  const stack = engine.store.find(required(input.StackName, 'stackName'));
  // Deleting what is not there succeeds, as on AWS.
  if (stack === undefined || isDeleted(stack.state)) return {};
  if (stack.terminationProtection) {
    throw new AwsError(
      'ValidationError',
      `Stack [${stack.name}] cannot be deleted while TerminationProtection is enabled`,
    );
  }
  const retain = new Set(input.RetainResources ?? []);
  if (retain.size > 0 && statusOf(stack.state) !== 'DELETE_FAILED') {
    throw new AwsError(
      'ValidationError',
      `Invalid operation on stack [${stack.id}]. The stack is in ${statusOf(stack.state)}; RetainResources needs DELETE_FAILED.`,
    );
  }
  if (statusOf(stack.state) === 'DELETE_IN_PROGRESS') return {};
  const operation = engine.log.begin(input.ClientRequestToken);
  const used = engine.store.exportInUse(stack, []);
  if (used !== null) {
    stack.reason = `Delete canceled. ${used}`;
    engine.log.note(stack, operation, stack.reason);
    return {};
  }
  if (stack.state.stage !== 'in-progress' && stack.state.stage !== 'cleaning-up') startDeletion();
  else if (stack.state.operation === 'review') startDeletion();
  else context.start(stack, () => Promise.resolve(startDeletion()));
  return {};

  function startDeletion(): void {
    engine.log.move(stack!, operation, { operation: 'delete', stage: 'in-progress' }, 'User Initiated');
    context.start(stack!, () => deleteStack(engine, { stack: stack!, operation, retain }));
  }
}
