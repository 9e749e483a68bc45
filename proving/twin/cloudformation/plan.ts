/** What a change of template does to a stack, decided before anything is done. */

import type { Environment, ResourceValues } from './environment.ts';
import { fail } from './errors.ts';
import { creationOrder, type DependencyGraph, reversed } from './graph.ts';
import { evaluate } from './intrinsics.ts';
import type { DeletionPolicy, ResourceDefinition } from './template.ts';
import { containsUnknown, type Properties, sameValue, UNKNOWN } from './values.ts';

/** A resource as it stands. */
export interface StandingResource {
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
  readonly properties: Properties;
  readonly attributes: Properties;
  readonly metadata: unknown;
  readonly deletionPolicy: DeletionPolicy;
  readonly updateReplacePolicy: DeletionPolicy;
  /** Resources it needed when it was last enacted. */
  readonly needs: ReadonlySet<string>;
}

export interface PropertyChange {
  readonly name: string;
  readonly before: unknown;
  readonly after: unknown;
  /** `dynamic`: the value is known only once another resource has changed, and may turn out the same. */
  readonly evaluation: 'static' | 'dynamic';
  readonly replaces: 'never' | 'maybe' | 'always';
}

export type ResourceChange =
  | {
      readonly action: 'create';
      readonly logicalId: string;
      readonly type: string;
      readonly properties: Properties;
    }
  | {
      readonly action: 'update' | 'replace';
      readonly logicalId: string;
      readonly type: string;
      readonly physicalId: string;
      readonly changes: readonly PropertyChange[];
    }
  | {
      /** Only what CloudFormation keeps about the resource changes; the resource is not touched. */
      readonly action: 'describe';
      readonly logicalId: string;
      readonly type: string;
      readonly physicalId: string;
      readonly fields: readonly ('Metadata' | 'DeletionPolicy' | 'UpdateReplacePolicy')[];
    }
  | {
      readonly action: 'delete';
      readonly logicalId: string;
      readonly type: string;
      readonly physicalId: string;
      readonly policy: DeletionPolicy;
    };

export interface Decision {
  readonly action: 'keep' | 'update' | 'replace';
  readonly changes: readonly PropertyChange[];
}

/** Compares a resource's properties as they stand with those wanted. */
export function decideResource(
  before: Properties,
  after: Properties,
  replaceOn: readonly string[],
): Decision {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const changes = names
    .filter((name) => !sameValue(before[name], after[name]))
    .map((name): PropertyChange => {
      const evaluation = containsUnknown(after[name]) ? 'dynamic' : 'static';
      const replacing = evaluation === 'static' ? 'always' : 'maybe';
      const replaces = replaceOn.includes(name) ? replacing : 'never';
      return { name, before: before[name], after: after[name], evaluation, replaces };
    });
  if (changes.length === 0) return { action: 'keep', changes };
  return { action: changes.some(({ replaces }) => replaces === 'always') ? 'replace' : 'update', changes };
}

export interface PlanInput {
  readonly standing: ReadonlyMap<string, StandingResource>;
  readonly environment: Environment;
  readonly graph: DependencyGraph;
  /** Top-level properties of a type whose change needs a new resource. */
  replaceOn(type: string): readonly string[];
  /** Settles references that can be read now, e.g. of Parameter Store. */
  settle(properties: unknown, path: string): unknown;
}

/** The changes in the order in which they can be made: needed ones first, deletions last and in reverse. */
export function planChanges(input: PlanInput): ResourceChange[] {
  const changes = new Map<string, ResourceChange>();
  const scope = input.environment.scope(plannedValues(input.standing, changes));
  for (const logicalId of creationOrder(input.graph)) {
    const definition = input.environment.resources.get(logicalId)!;
    const path = `Resources/${logicalId}/Properties`;
    const properties = input.settle(evaluate(definition.properties, scope, path), path) as Properties;
    const change = planResource(definition, properties, input);
    if (change !== null) changes.set(logicalId, change);
  }
  return [...changes.values(), ...planDeletions(input)];
}

function planResource(
  definition: ResourceDefinition,
  properties: Properties,
  input: PlanInput,
): ResourceChange | null {
  const { logicalId, type } = definition;
  const standing = input.standing.get(logicalId);
  if (standing === undefined) return { action: 'create', logicalId, type, properties };
  if (standing.type !== type) {
    fail(
      `Update of resource type is not permitted. The new template modifies resource type of the following resources: [${logicalId}]`,
      `Resources/${logicalId}/Type`,
    );
  }
  const { action, changes } = decideResource(standing.properties, properties, input.replaceOn(type));
  const subject = { logicalId, type, physicalId: standing.physicalId };
  if (action !== 'keep') return { action, ...subject, changes };
  const fields = describedFields(standing, definition);
  return fields.length === 0 ? null : { action: 'describe', ...subject, fields };
}

function describedFields(standing: StandingResource, definition: ResourceDefinition) {
  const fields: ('Metadata' | 'DeletionPolicy' | 'UpdateReplacePolicy')[] = [];
  if (!sameValue(standing.metadata, definition.metadata)) fields.push('Metadata');
  if (standing.deletionPolicy !== definition.deletionPolicy) fields.push('DeletionPolicy');
  if (standing.updateReplacePolicy !== definition.updateReplacePolicy) fields.push('UpdateReplacePolicy');
  return fields;
}

function planDeletions({ standing, environment }: PlanInput): ResourceChange[] {
  const gone = [...standing.values()].filter(({ logicalId }) => !environment.resources.has(logicalId));
  return deletionOrder(gone).map(({ logicalId, type, physicalId, deletionPolicy }) => ({
    action: 'delete',
    logicalId,
    type,
    physicalId,
    policy: deletionPolicy,
  }));
}

/** What needs a resource goes before it. */
export function deletionOrder<R extends { readonly logicalId: string; readonly needs: ReadonlySet<string> }>(
  resources: readonly R[],
): R[] {
  const byId = new Map(resources.map((resource) => [resource.logicalId, resource]));
  const graph = new Map(
    resources.map((one) => [one.logicalId, new Set([...one.needs].filter((name) => byId.has(name)))]),
  );
  return creationOrder(reversed(graph)).map((logicalId) => byId.get(logicalId)!);
}

/** While planning, whatever may change is unknown: the identity of a new resource, the attributes of a changed one. */
function plannedValues(
  standing: ReadonlyMap<string, StandingResource>,
  changes: ReadonlyMap<string, ResourceChange>,
): ResourceValues {
  return {
    reference(logicalId) {
      const change = changes.get(logicalId);
      return change !== undefined && mayReplace(change) ? UNKNOWN : standing.get(logicalId)?.physicalId;
    },
    attribute(logicalId, attribute, path) {
      const change = changes.get(logicalId);
      if (change !== undefined && change.action !== 'describe') return UNKNOWN;
      const resource = standing.get(logicalId)!;
      return readAttribute(resource, attribute, path);
    },
  };
}

function mayReplace(change: ResourceChange): boolean {
  if (change.action === 'create' || change.action === 'replace') return true;
  return change.action === 'update' && change.changes.some(({ replaces }) => replaces !== 'never');
}

/** Throws TemplateError for an attribute that the resource does not offer. */
export function readAttribute(
  resource: { readonly logicalId: string; readonly type: string; readonly attributes: Properties },
  attribute: string,
  path: string,
): unknown {
  if (Object.hasOwn(resource.attributes, attribute)) return resource.attributes[attribute];
  const offered = Object.keys(resource.attributes).sort().join(', ') || 'none';
  return fail(
    `Template error: resource ${resource.logicalId} (${resource.type}) has no attribute ${attribute}; it offers ${offered}`,
    path,
  );
}
