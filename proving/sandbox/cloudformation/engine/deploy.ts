/** Creates or updates a stack: enacts its resources, publishes its outputs, or puts everything back. */

import { enactResource } from './enact.ts';
import { type Engine, liveScope, PARALLEL_MAX, type Run } from './engine.ts';
import { reasonOf } from './failures.ts';
import { exportConflict, finalOutputs } from './outputs.ts';
import { removeResources } from './remove.ts';
import { rollBack } from './roll-back.ts';
import { runInOrder } from './run-in-order.ts';

/** The stack must already be in CREATE_IN_PROGRESS or UPDATE_IN_PROGRESS. Never rejects for a resource's failure. */
export async function deploy(engine: Engine, run: Run): Promise<void> {
  const { stack, target } = run;
  stack.pendingImports = target.environment.imports;
  const problem = (await enactAll(engine, run)) ?? publish(engine, run);
  stack.pendingImports = null;
  if (engine.stopping) return;
  if (problem === null) await succeed(engine, run);
  else await giveUp(engine, run, problem);
}

/** Why it failed, or null. */
async function enactAll(engine: Engine, run: Run): Promise<string | null> {
  const existing = new Set(run.stack.resources.keys());
  const { failures } = await runInOrder({
    graph: run.target.graph,
    parallelMax: PARALLEL_MAX,
    onFailure: 'stop',
    work: (logicalId) =>
      enactResource(engine, run, logicalId).catch((error: unknown) => {
        engine.custom.cancel(run.stack.id);
        throw error;
      }),
  });
  if (failures.size === 0) return null;
  const failed = [...failures.keys()];
  const created = failed.filter((logicalId) => !existing.has(logicalId));
  const updated = failed.filter((logicalId) => existing.has(logicalId));
  return [failedTo('create', created), failedTo('update', updated)].filter((text) => text !== '').join(' ');
}

function failedTo(verb: string, logicalIds: readonly string[]): string {
  return logicalIds.length === 0
    ? ''
    : `The following resource(s) failed to ${verb}: [${logicalIds.join(', ')}].`;
}

/** Evaluates the outputs and makes the target the one that stands. Returns why not, or null. */
function publish(engine: Engine, run: Run): string | null {
  const { stack, target } = run;
  try {
    const outputs = finalOutputs(target, liveScope(stack, target), engine.targets);
    const conflict = exportConflict(engine.store, stack, outputs);
    if (conflict !== null) return conflict;
    stack.outputs = outputs;
  } catch (error) {
    return reasonOf(error);
  }
  stack.target = target;
  stack.imports = new Set(target.environment.imports);
  return null;
}

async function succeed(engine: Engine, run: Run): Promise<void> {
  const { stack, operation, target } = run;
  stack.journal = [];
  if (run.kind === 'create') {
    engine.log.move(stack, operation, { operation: 'create', stage: 'complete' });
    return;
  }
  const gone = [...stack.resources.values()].filter(
    ({ logicalId }) => !target.environment.resources.has(logicalId),
  );
  engine.log.move(stack, operation, { operation: 'update', stage: 'cleaning-up' });
  // As on AWS a failed clean-up is written down and does not fail the update.
  await removeResources(engine, {
    stack,
    operation,
    resources: run.replaced,
    removal: 'replaced',
  });
  await removeResources(engine, {
    stack,
    operation,
    resources: gone,
    removal: 'left-template',
  });
  for (const { logicalId } of gone) stack.resources.delete(logicalId);
  engine.log.move(stack, operation, { operation: 'update', stage: 'complete' });
}

async function giveUp(engine: Engine, run: Run, problem: string): Promise<void> {
  const { stack, operation, kind, target } = run;
  if (stack.disableRollback) {
    stack.target = target;
    engine.log.move(stack, operation, { operation: kind, stage: 'failed' }, problem);
    return;
  }
  await rollBack(engine, {
    stack,
    operation,
    kind: kind === 'create' ? 'rollback' : 'update-rollback',
    reason: `${problem} Rollback requested by user.`,
    surplus: [],
  });
}
