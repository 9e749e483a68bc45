/** What every step of a stack operation works with. */

import type {
  ResourceDefinition,
  ResourceValues,
  Scope,
  StandingResource,
} from '../../../twin/cloudformation/index.ts';
import { fail, isRecord, readAttribute } from '../../../twin/cloudformation/index.ts';
import type { ResourceRequest, World } from '../../kernel/index.ts';
import type { CustomResources } from '../custom-resources.ts';
import type { EventLog, StackOperation } from '../event-log.ts';
import { generatedName } from '../names.ts';
import type { ResourceTypes } from '../resource-types.ts';
import type { StackRecord } from '../stack-record.ts';
import type { StackStore } from '../stack-store.ts';
import type { Target, TargetBuilder } from '../target.ts';

export interface Engine {
  readonly world: World;
  readonly store: StackStore;
  readonly log: EventLog;
  readonly types: ResourceTypes;
  readonly targets: TargetBuilder;
  readonly custom: CustomResources;
  /** True once the sandbox shuts down: nothing new is started and nothing is rolled back. */
  stopping: boolean;
}

/** How many resources of one stack are worked on at the same time. */
export const PARALLEL_MAX = 8;

/** One deployment of a target to a stack. */
export interface Run {
  readonly stack: StackRecord;
  readonly operation: StackOperation;
  readonly target: Target;
  readonly kind: 'create' | 'update';
  /** Resources that were replaced and must go once everything else is done. */
  readonly replaced: StandingResource[];
}

/** Looks resources up as they stand at this moment. */
export function liveScope(stack: StackRecord, target: Target): Scope {
  const standing = (logicalId: string, path: string) =>
    stack.resources.get(logicalId) ?? fail(`Resource ${logicalId} does not stand yet`, path);
  const values: ResourceValues = {
    reference: (logicalId) => standing(logicalId, `Resources/${logicalId}`).physicalId,
    attribute: (logicalId, attribute, path) => readAttribute(standing(logicalId, path), attribute, path),
  };
  return target.environment.scope(values);
}

export interface Subject {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** A provider's request, with secrets put in. */
export function requestFor(
  engine: Engine,
  stack: StackRecord,
  target: Target | null,
  subject: Subject,
): ResourceRequest {
  const path = `Resources/${subject.logicalId}/Properties`;
  return {
    type: subject.type,
    logicalId: subject.logicalId,
    stackName: stack.name,
    stackId: stack.id,
    properties: engine.targets.reveal(subject.properties, path) as Record<string, unknown>,
    tags: target?.tags ?? [],
    generateName: (max) => generatedName(stack.name, subject.logicalId, max),
  };
}

/** Properties as they were, with secrets put in where they can still be read. */
export function formerProperties(engine: Engine, subject: Subject): Readonly<Record<string, unknown>> {
  try {
    return engine.targets.reveal(subject.properties, '') as Record<string, unknown>;
  } catch {
    return subject.properties;
  }
}

/** Hides the values of NoEcho parameters wherever they ended up. */
export function masked(value: unknown, target: Target | null): unknown {
  const secrets = [...(target?.parameters.values() ?? [])]
    .filter(({ noEcho, given }) => noEcho && given !== '')
    .map(({ given }) => given);
  return secrets.length === 0 ? value : maskIn(value, secrets);
}

function maskIn(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === 'string')
    return secrets.reduce((text, secret) => text.replaceAll(secret, '****'), value);
  if (Array.isArray(value)) return value.map((item) => maskIn(item, secrets));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, maskIn(item, secrets)]));
}

/** The parts of a standing resource that come from its definition rather than from enacting it. */
export function described(definition: ResourceDefinition, target: Target) {
  return {
    logicalId: definition.logicalId,
    type: definition.type,
    metadata: definition.metadata,
    deletionPolicy: definition.deletionPolicy,
    updateReplacePolicy: definition.updateReplacePolicy,
    needs: target.graph.get(definition.logicalId) ?? new Set<string>(),
  };
}
