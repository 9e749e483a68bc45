/** Deletes resources, or leaves them where their policy says so. */

import { type DeletionPolicy, reversed, type StandingResource } from '../../../twin/cloudformation/index.ts';
import type { StackOperation } from '../event-log.ts';
import type { StackRecord } from '../stack-record.ts';
import { type Engine, formerProperties, PARALLEL_MAX } from './engine.ts';
import { reasonOf } from './failures.ts';
import { runInOrder } from './run-in-order.ts';
import { generatedName } from '../names.ts';

/** Why a resource goes; decides which policy holds. */
export type Removal = 'stack-deleted' | 'left-template' | 'replaced' | 'rolled-back';

export interface RemovalOptions {
  readonly stack: StackRecord;
  readonly operation: StackOperation;
  readonly resources: readonly StandingResource[];
  readonly removal: Removal;
  /** Logical ids the caller wants to keep. */
  readonly retain?: ReadonlySet<string>;
}

/** Side by side, what needs a resource before it. Returns the logical ids that failed, which stay in the stack. */
export async function removeResources(engine: Engine, options: RemovalOptions): Promise<string[]> {
  const byId = new Map(options.resources.map((resource) => [resource.logicalId, resource]));
  const needs = new Map(
    [...byId].map(([id, { needs: all }]) => [id, new Set([...all].filter((one) => byId.has(one)))]),
  );
  const { failures, leftOut } = await runInOrder({
    graph: reversed(needs),
    parallelMax: PARALLEL_MAX,
    onFailure: 'spare-dependents',
    work: (logicalId) => removeResource(engine, options, byId.get(logicalId)!),
  });
  return failures.size > 0 ? [...failures.keys()] : [...leftOut];
}

async function removeResource(
  engine: Engine,
  options: RemovalOptions,
  resource: StandingResource,
): Promise<void> {
  const { stack, operation, removal, retain } = options;
  const { logicalId, type, physicalId } = resource;
  const subject = { logicalId, type, physicalId };
  const policy = policyFor(resource, removal);
  if (policy === 'Retain' || retain?.has(logicalId) === true) {
    engine.log.resource(stack, operation, { ...subject, status: 'DELETE_SKIPPED' });
    forget(stack, resource);
    return;
  }
  engine.log.resource(stack, operation, { ...subject, status: 'DELETE_IN_PROGRESS' });
  try {
    await engine.types.provider(type).delete({
      type,
      logicalId,
      physicalId,
      stackName: stack.name,
      stackId: stack.id,
      properties: formerProperties(engine, resource),
      tags: stack.target?.tags ?? [],
      generateName: (max) => generatedName(stack.name, logicalId, max),
    });
  } catch (error) {
    engine.log.resource(stack, operation, { ...subject, status: 'DELETE_FAILED', reason: reasonOf(error) });
    throw error;
  }
  const reason = policy === 'Snapshot' ? 'No snapshot was taken: the sandbox keeps none.' : null;
  engine.log.resource(stack, operation, { ...subject, status: 'DELETE_COMPLETE', reason });
  forget(stack, resource);
}

function policyFor(resource: StandingResource, removal: Removal): DeletionPolicy {
  const policy = removal === 'replaced' ? resource.updateReplacePolicy : resource.deletionPolicy;
  if (policy !== 'RetainExceptOnCreate') return policy;
  return removal === 'rolled-back' ? 'Delete' : 'Retain';
}

function forget(stack: StackRecord, resource: StandingResource): void {
  if (stack.resources.get(resource.logicalId)?.physicalId === resource.physicalId) {
    stack.resources.delete(resource.logicalId);
  }
}
