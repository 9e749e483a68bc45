/** The state a stack is to be brought to: a template with its parameters, read and checked as far as possible. */

import type { World } from '../kernel/index.ts';
import {
  createEnvironment,
  type DependencyGraph,
  dependencyGraph,
  type DynamicReference,
  type DynamicResolver,
  type Environment,
  type GivenParameter,
  partOfSecret,
  type PseudoParameters,
  readTemplate,
  type ResolvedParameter,
  resolveDynamicReferences,
  resolveParameters,
  type Template,
} from '../../twin/cloudformation/index.ts';
import type { CloudFormationPorts } from './ports.ts';
import type { StackStore } from './stack-store.ts';
import type { Tag } from './stack-record.ts';
import { parseTemplateText } from './template-text.ts';

export interface TargetRequest {
  readonly text: string;
  readonly given: ReadonlyMap<string, GivenParameter>;
  readonly previous: ReadonlyMap<string, ResolvedParameter>;
  readonly tags: readonly Tag[];
  readonly capabilities: readonly string[];
  readonly notificationArns: readonly string[];
  readonly roleArn: string | null;
}

export interface Target {
  readonly text: string;
  readonly template: Template;
  readonly parameters: ReadonlyMap<string, ResolvedParameter>;
  readonly tags: readonly Tag[];
  readonly capabilities: readonly string[];
  readonly notificationArns: readonly string[];
  readonly roleArn: string | null;
  readonly environment: Environment;
  readonly graph: DependencyGraph;
}

export interface TargetBuilder {
  /** Throws TemplateError for whatever can be known before a resource is touched. */
  build(stack: { id: string; name: string }, request: TargetRequest): Target;
  /** Settles references to Parameter Store: part of what is compared between deployments. */
  settle(value: unknown, path: string): unknown;
  /** Puts secrets in, on the way to the resource. */
  reveal(value: unknown, path: string): unknown;
}

export function createTargetBuilder(
  world: World,
  ports: CloudFormationPorts,
  store: StackStore,
): TargetBuilder {
  const resolver = dynamicResolver(ports);
  return {
    build(stack, request) {
      const template = readTemplate(parseTemplateText(request.text));
      const parameters = resolveParameters(template.parameters, {
        given: request.given,
        previous: new Map([...request.previous].map(([name, parameter]) => [name, parameter.given])),
        ssm: (name) => ports.parameters.get(name),
      });
      const environment = createEnvironment({
        template,
        parameters,
        pseudo: pseudoParameters(world, stack, request.notificationArns),
        exported: (name) => store.exported(name)?.value,
        zones: (region) => (region === world.region ? ports.zones : []),
      });
      const graph = dependencyGraph({ template, ...environment });
      return { ...request, template, parameters, environment, graph };
    },
    settle: (value, path) => resolveDynamicReferences(value, ['ssm'], resolver, path),
    reveal: (value, path) =>
      resolveDynamicReferences(value, ['ssm-secure', 'secretsmanager'], resolver, path),
  };
}

function pseudoParameters(
  world: World,
  stack: { id: string; name: string },
  notificationArns: readonly string[],
): PseudoParameters {
  const { accountId, region, partition, urlSuffix } = world;
  return {
    accountId,
    region,
    partition,
    urlSuffix,
    stackName: stack.name,
    stackId: stack.id,
    notificationArns,
  };
}

function dynamicResolver(ports: CloudFormationPorts): DynamicResolver {
  return (reference: DynamicReference) => {
    if (reference.service === 'secretsmanager') {
      if (reference.versionId !== null || (reference.versionStage ?? 'AWSCURRENT') !== 'AWSCURRENT') {
        throw new Error('only the current version of a secret can be read');
      }
      return partOfSecret(ports.secrets.value(reference.secretId), reference.jsonKey);
    }
    if (reference.version !== null) throw new Error('only the latest version of a parameter can be read');
    const value = ports.parameters.get(reference.name);
    if (value === undefined) throw new Error(`there is no parameter ${reference.name}`);
    return value;
  };
}
