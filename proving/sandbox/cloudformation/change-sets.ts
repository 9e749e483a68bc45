/** Plans a change of a stack without making it. */

import { randomUUID } from 'node:crypto';
import {
  containsUnknown,
  planChanges,
  type PlanInput,
  type ResourceChange,
  sameValue,
  TemplateError,
  UNKNOWN,
} from '../../twin/cloudformation/index.ts';
import type { Engine } from './engine/engine.ts';
import { evaluateOutputs } from './engine/outputs.ts';
import { takesTags } from './engine/untagged-types.ts';
import type { ChangeSetRecord, StackRecord } from './stack-record.ts';
import type { Target } from './target.ts';

/** The CLI knows an empty change set by the start of this text. */
const NO_CHANGES =
  "The submitted information didn't contain changes. Submit different information to create a change set.";

export interface ChangeSetRequest {
  readonly name: string;
  readonly kind: 'CREATE' | 'UPDATE';
  readonly description: string | null;
  readonly target: Target;
}

/** The record of a change set: ready to be executed, or failed with its reason. Changes nothing. */
export function planChangeSet(
  engine: Engine,
  stack: StackRecord,
  request: ChangeSetRequest,
): ChangeSetRecord {
  const { region, accountId, partition } = engine.world;
  const base = {
    ...request,
    id: `arn:${partition}:cloudformation:${region}:${accountId}:changeSet/${request.name}/${randomUUID()}`,
    createdAt: engine.world.now(),
  };
  const failed = { ...base, changes: [], status: 'FAILED', executionStatus: 'UNAVAILABLE' } as const;
  try {
    const changes = plan(engine, stack, request.target);
    if (changes === null) return { ...failed, reason: NO_CHANGES, failures: [] };
    return {
      ...base,
      changes,
      status: 'CREATE_COMPLETE',
      reason: null,
      failures: [],
      executionStatus: 'AVAILABLE',
    };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    const failures = [{ logicalId: error.logicalId, path: error.path, message: error.reason }];
    return { ...failed, reason: error.message, failures };
  }
}

/** The changes of resources; null when the stack already is what the target says. */
export function plan(engine: Engine, stack: StackRecord, target: Target): readonly ResourceChange[] | null {
  const input: PlanInput = {
    standing: stack.resources,
    environment: target.environment,
    graph: target.graph,
    replaceOn: (type) => engine.types.provider(type).replaceOn,
    settle: (value, path) => engine.targets.settle(value, path),
  };
  const planned = planChanges(input);
  const changes = [...planned, ...tagChanges(engine, stack, target, planned)];
  const isUnchanged = changes.length === 0 && sameTags(stack, target) && sameOutputs(engine, stack, target);
  return isUnchanged && stack.target !== null ? null : changes;
}

function sameTags(stack: StackRecord, target: Target): boolean {
  return sameValue(byKey(stack.target), byKey(target));
}

function byKey(target: Target | null): Record<string, string> {
  return Object.fromEntries((target?.tags ?? []).map(({ Key, Value }) => [Key, Value]));
}

/** Resources that only get the stack's new tags. */
function tagChanges(
  engine: Engine,
  stack: StackRecord,
  target: Target,
  planned: readonly ResourceChange[],
): ResourceChange[] {
  if (stack.target === null || sameTags(stack, target)) return [];
  const touched = new Set(planned.map(({ logicalId }) => logicalId));
  return [...stack.resources.values()]
    .filter(({ logicalId, type }) => {
      if (touched.has(logicalId) || !target.environment.resources.has(logicalId)) return false;
      return engine.types.kindOf(type) === 'enacted' && takesTags(type);
    })
    .map(({ logicalId, type, physicalId }) => ({
      action: 'update',
      logicalId,
      type,
      physicalId,
      changes: [
        {
          name: 'Tags',
          before: stack.target?.tags,
          after: target.tags,
          evaluation: 'static',
          replaces: 'never',
        },
      ],
    }));
}

/** Called with no change of a resource, so that every value can be known. */
function sameOutputs(engine: Engine, stack: StackRecord, target: Target): boolean {
  const scope = target.environment.scope({
    reference: (logicalId) => stack.resources.get(logicalId)?.physicalId ?? UNKNOWN,
    attribute: (logicalId, attribute) => stack.resources.get(logicalId)?.attributes[attribute] ?? UNKNOWN,
  });
  const wanted = evaluateOutputs(target, scope, engine.targets);
  if (wanted.length !== stack.outputs.length || containsUnknown(wanted)) return false;
  return wanted.every((output) =>
    stack.outputs.some(
      (standing) =>
        standing.name === output.name &&
        sameValue(standing.value, output.value) &&
        standing.exportName === output.exportName &&
        standing.description === output.description,
    ),
  );
}
