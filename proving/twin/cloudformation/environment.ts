/** Puts together what the expressions of one template may look up. */

import { brokenRules, decideConditions } from './conditions.ts';
import { fail } from './errors.ts';
import type { ResolvedParameter } from './parameters.ts';
import type { Scope } from './scope.ts';
import type { ResourceDefinition, Template } from './template.ts';
import { isRecord, NO_VALUE } from './values.ts';

export interface PseudoParameters {
  readonly accountId: string;
  readonly region: string;
  readonly partition: string;
  readonly urlSuffix: string;
  readonly stackName: string;
  readonly stackId: string;
  readonly notificationArns: readonly string[];
}

export interface EnvironmentInput {
  readonly template: Template;
  readonly parameters: ReadonlyMap<string, ResolvedParameter>;
  readonly pseudo: PseudoParameters;
  /** The value exported under a name; undefined when no stack exports it. */
  exported(name: string): string | undefined;
  zones(region: string): readonly string[];
}

/** How the resources of the template are looked up: differs between planning and doing. */
export interface ResourceValues {
  reference(logicalId: string): unknown;
  attribute(logicalId: string, attribute: string, path: string): unknown;
}

export interface Environment {
  readonly conditions: ReadonlyMap<string, boolean>;
  /** Resources whose condition holds. */
  readonly resources: ReadonlyMap<string, ResourceDefinition>;
  /** Names that `Fn::ImportValue` asked for so far. */
  readonly imports: ReadonlySet<string>;
  scope(values: ResourceValues): Scope;
}

/** Throws TemplateError for a broken rule, an unknown condition or conditions in a circle. */
export function createEnvironment(input: EnvironmentInput): Environment {
  const imports = new Set<string>();
  const base = baseScope(input, imports);
  const conditions = decideConditions(input.template.conditions, base);
  const condition = (name: string, path: string) =>
    conditions.get(name) ?? fail(`Template error: unresolved condition dependency ${name}`, path);
  const broken = brokenRules(input.template.rules, { ...base, condition });
  if (broken.length > 0) fail(`Template validation error: ${broken.join('; ')}`, 'Rules');
  const resources = new Map(
    [...input.template.resources].filter(
      ([id, resource]) =>
        resource.condition === null || condition(resource.condition, `Resources/${id}/Condition`),
    ),
  );
  const scope = (values: ResourceValues): Scope => ({
    ...base,
    condition,
    reference: (name, path) => (resources.has(name) ? values.reference(name) : base.reference(name, path)),
    attribute: (logicalId, attribute, path) =>
      resources.has(logicalId)
        ? values.attribute(logicalId, attribute, path)
        : fail(`Template error: Fn::GetAtt names ${logicalId}, which is no resource of the template`, path),
  });
  return { conditions, resources, imports, scope };
}

function baseScope(input: EnvironmentInput, imports: Set<string>): Omit<Scope, 'condition'> {
  const pseudo = pseudoValues(input.pseudo);
  return {
    reference(name, path) {
      const value = pseudo.get(name) ?? input.parameters.get(name)?.value;
      return value ?? fail(`Unresolved resource dependencies [${name}]`, path);
    },
    attribute: (logicalId, _attribute, path) =>
      fail(`Template error: ${logicalId} cannot be used in a condition or rule`, path),
    mapping(map, top, second, path) {
      const entries = input.template.mappings[map];
      if (!isRecord(entries)) return fail(`Template error: Mapping named '${map}' is not present`, path);
      const row = entries[top];
      return isRecord(row) ? row[second] : undefined;
    },
    importValue(name, path) {
      imports.add(name);
      return input.exported(name) ?? fail(`No export named ${name} found.`, path);
    },
    zones: (region) => input.zones(region),
  };
}

function pseudoValues(pseudo: PseudoParameters): ReadonlyMap<string, unknown> {
  return new Map<string, unknown>([
    ['AWS::AccountId', pseudo.accountId],
    ['AWS::Region', pseudo.region],
    ['AWS::Partition', pseudo.partition],
    ['AWS::URLSuffix', pseudo.urlSuffix],
    ['AWS::StackName', pseudo.stackName],
    ['AWS::StackId', pseudo.stackId],
    ['AWS::NotificationARNs', [...pseudo.notificationArns]],
    ['AWS::NoValue', NO_VALUE],
  ]);
}
