/** Deletes a stack and what it made. */

import type { StackOperation } from '../event-log.ts';
import type { StackRecord } from '../stack-record.ts';
import type { Engine } from './engine.ts';
import { removeResources } from './remove.ts';

/** The stack must already be in DELETE_IN_PROGRESS. `retain`: logical ids to leave where they are. */
export async function deleteStack(
  engine: Engine,
  {
    stack,
    operation,
    retain,
  }: { stack: StackRecord; operation: StackOperation; retain: ReadonlySet<string> },
): Promise<void> {
  const resources = [...stack.resources.values()];
  const failed = await removeResources(engine, {
    stack,
    operation,
    resources,
    removal: 'stack-deleted',
    retain,
  });
  if (engine.stopping) return;
  if (failed.length > 0) {
    const reason = `The following resource(s) failed to delete: [${failed.join(', ')}].`;
    engine.log.move(stack, operation, { operation: 'delete', stage: 'failed' }, reason);
    return;
  }
  stack.outputs = [];
  stack.imports = new Set();
  stack.journal = [];
  stack.deletedAt = engine.world.now();
  engine.log.move(stack, operation, { operation: 'delete', stage: 'complete' });
}
