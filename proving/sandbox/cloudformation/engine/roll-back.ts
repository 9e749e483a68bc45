/** Undoes what a failed operation did, newest first. A part that cannot be undone stays in the journal for another try. */

import type { StandingResource } from '../../../twin/cloudformation/index.ts';
import type { StackOperation } from '../event-log.ts';
import type { JournalEntry, StackRecord } from '../stack-record.ts';
import { type Engine, formerProperties, requestFor } from './engine.ts';
import { reasonOf } from './failures.ts';
import { removeResources } from './remove.ts';

export interface RollBackOptions {
  readonly stack: StackRecord;
  readonly operation: StackOperation;
  /** `rollback`: of a creation. */
  readonly kind: 'rollback' | 'update-rollback';
  readonly reason: string;
  /** Resources that must go once the former state stands. Grows. */
  readonly surplus: StandingResource[];
}

export async function rollBack(engine: Engine, options: RollBackOptions): Promise<void> {
  const { stack, operation, kind, reason } = options;
  engine.log.move(stack, operation, { operation: kind, stage: 'in-progress' }, reason);
  await (kind === 'rollback' ? undoCreation(engine, options) : undoUpdate(engine, options));
}

async function undoCreation(engine: Engine, { stack, operation }: RollBackOptions): Promise<void> {
  const resources = [...stack.resources.values()];
  const failed = await removeResources(engine, { stack, operation, resources, removal: 'rolled-back' });
  if (engine.stopping) return;
  stack.outputs = [];
  stack.imports = new Set();
  if (failed.length > 0) {
    const reason = `The following resource(s) failed to delete: [${failed.join(', ')}].`;
    engine.log.move(stack, operation, { operation: 'rollback', stage: 'failed' }, reason);
    return;
  }
  stack.journal = [];
  engine.log.move(stack, operation, { operation: 'rollback', stage: 'complete' });
}

async function undoUpdate(engine: Engine, options: RollBackOptions): Promise<void> {
  const { stack, operation, surplus } = options;
  for (let entry = stack.journal.at(-1); entry !== undefined; entry = stack.journal.at(-1)) {
    try {
      await undo(engine, options, entry);
    } catch (error) {
      if (engine.stopping) return;
      const logicalId = subjectOf(entry).logicalId;
      const reason = `The following resource(s) failed to update: [${logicalId}]. ${reasonOf(error)}`;
      engine.log.move(stack, operation, { operation: 'update-rollback', stage: 'failed' }, reason);
      return;
    }
    stack.journal.pop();
  }
  engine.log.move(stack, operation, { operation: 'update-rollback', stage: 'cleaning-up' });
  await removeResources(engine, {
    stack,
    operation,
    resources: surplus,
    removal: 'rolled-back',
  });
  engine.log.move(stack, operation, { operation: 'update-rollback', stage: 'complete' });
}

async function undo(engine: Engine, options: RollBackOptions, entry: JournalEntry): Promise<void> {
  const { stack, surplus } = options;
  switch (entry.did) {
    case 'create':
      stack.resources.delete(entry.resource.logicalId);
      surplus.push(entry.resource);
      return;
    case 'describe':
      stack.resources.set(entry.before.logicalId, entry.before);
      return;
    case 'update':
      await putBack(engine, options, entry.before, entry.after);
      return;
    case 'replace':
      if (entry.by === 'update') await putBack(engine, options, entry.before, entry.after);
      else stack.resources.set(entry.before.logicalId, entry.before);
      // It may have taken its former identity again; then there is nothing left over.
      if (stack.resources.get(entry.before.logicalId)?.physicalId !== entry.after.physicalId) {
        surplus.push(entry.after);
      }
  }
}

async function putBack(
  engine: Engine,
  { stack, operation }: RollBackOptions,
  before: StandingResource,
  after: StandingResource,
): Promise<void> {
  const { logicalId, type } = before;
  const news = { logicalId, type, physicalId: after.physicalId };
  engine.log.resource(stack, operation, { ...news, status: 'UPDATE_IN_PROGRESS' });
  try {
    const enacted = await engine.types.provider(type).update({
      ...requestFor(engine, stack, stack.target, before),
      physicalId: after.physicalId,
      previous: formerProperties(engine, after),
    });
    stack.resources.set(logicalId, { ...before, ...enacted });
    engine.log.resource(stack, operation, {
      ...news,
      physicalId: enacted.physicalId,
      status: 'UPDATE_COMPLETE',
    });
  } catch (error) {
    engine.log.resource(stack, operation, { ...news, status: 'UPDATE_FAILED', reason: reasonOf(error) });
    throw error;
  }
}

function subjectOf(entry: JournalEntry): StandingResource {
  return entry.did === 'create' ? entry.resource : entry.before;
}
