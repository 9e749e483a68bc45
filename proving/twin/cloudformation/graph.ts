/** Which resource must stand before which: Ref, Fn::GetAtt, Fn::Sub and DependsOn. */

import { fail } from './errors.ts';
import { functionName, substitutionVariables } from './intrinsics.ts';
import type { ResourceDefinition, Template } from './template.ts';
import { isRecord } from './values.ts';

/** For each resource, the resources it needs. */
export type DependencyGraph = ReadonlyMap<string, ReadonlySet<string>>;

export interface GraphInput {
  readonly template: Template;
  readonly conditions: ReadonlyMap<string, boolean>;
  /** Resources whose condition holds. */
  readonly resources: ReadonlyMap<string, ResourceDefinition>;
}

interface Reference {
  readonly name: string;
  readonly path: string;
}

/**
 * Follows only the branch of an `Fn::If` that is taken. Throws TemplateError for a name that is neither a
 * resource that exists, a parameter nor a pseudo parameter, and for resources that need each other in a circle.
 */
export function dependencyGraph(input: GraphInput): DependencyGraph {
  const graph = new Map<string, Set<string>>();
  for (const [logicalId, resource] of input.resources) {
    const path = `Resources/${logicalId}`;
    const references = collect(resource.properties, input.conditions, `${path}/Properties`);
    for (const reference of references) checkName(reference, input);
    const names = [...references.map(({ name }) => name), ...declared(resource, input.template)];
    const needed = names.filter((name) => input.resources.has(name));
    if (needed.includes(logicalId)) fail(`Circular dependency between resources: [${logicalId}]`, path);
    graph.set(logicalId, new Set(needed));
  }
  checkOutputs(input);
  creationOrder(graph);
  return graph;
}

/** Every resource after all that it needs; as near to the template's order as that allows. */
export function creationOrder(graph: DependencyGraph): string[] {
  const order: string[] = [];
  const done = new Set<string>();
  const open: string[] = [];
  const visit = (name: string): void => {
    if (done.has(name)) return;
    if (open.includes(name)) {
      const circle = open.slice(open.indexOf(name));
      fail(`Circular dependency between resources: [${circle.join(', ')}]`, `Resources/${name}`);
    }
    open.push(name);
    for (const needed of graph.get(name) ?? []) visit(needed);
    open.pop();
    done.add(name);
    order.push(name);
  };
  for (const name of graph.keys()) visit(name);
  return order;
}

/** The same graph with every arrow turned: who must be gone before a resource can be deleted. */
export function reversed(graph: DependencyGraph): DependencyGraph {
  const turned = new Map<string, Set<string>>([...graph.keys()].map((name) => [name, new Set()]));
  for (const [name, needed] of graph) {
    for (const other of needed) turned.get(other)?.add(name);
  }
  return turned;
}

function declared(resource: ResourceDefinition, template: Template): readonly string[] {
  for (const name of resource.dependsOn) {
    if (!template.resources.has(name)) {
      fail(
        `Template format error: Unresolved resource dependencies [${name}] in the Resources block of the template`,
        `Resources/${resource.logicalId}/DependsOn`,
      );
    }
  }
  return resource.dependsOn;
}

function checkOutputs(input: GraphInput): void {
  for (const output of input.template.outputs.values()) {
    if (output.condition !== null && input.conditions.get(output.condition) !== true) continue;
    const path = `Outputs/${output.name}`;
    for (const reference of collect([output.value, output.exportName], input.conditions, path)) {
      checkName(reference, input);
    }
  }
}

function checkName({ name, path }: Reference, { template, resources }: GraphInput): void {
  const known = name.startsWith('AWS::') || resources.has(name) || Object.hasOwn(template.parameters, name);
  if (known) return;
  const why = template.resources.has(name) ? ', whose condition does not hold' : '';
  const block = path.split('/')[0]!;
  fail(
    `Template format error: Unresolved resource dependencies [${name}]${why} in the ${block} block of the template`,
    path,
  );
}

function collect(value: unknown, conditions: ReadonlyMap<string, boolean>, path: string): Reference[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => collect(item, conditions, `${path}/${index}`));
  }
  if (!isRecord(value)) return [];
  const name = functionName(value, path);
  if (name !== null) return collectFunction(name, value[name], conditions, `${path}/${name}`);
  return Object.entries(value).flatMap(([key, item]) => collect(item, conditions, `${path}/${key}`));
}

function collectFunction(
  name: string,
  argument: unknown,
  conditions: ReadonlyMap<string, boolean>,
  path: string,
): Reference[] {
  if (name === 'Ref') return [{ name: String(argument), path }];
  if (name === 'Fn::GetAtt') {
    const [target] = Array.isArray(argument) ? (argument as unknown[]) : String(argument).split('.');
    return [{ name: String(target), path }];
  }
  if (name === 'Fn::If' && Array.isArray(argument)) {
    const taken = conditions.get(String(argument[0])) === true ? 1 : 2;
    return collect(argument[taken], conditions, `${path}/${taken}`);
  }
  if (name !== 'Fn::Sub') return collect(argument, conditions, path);
  const [template, variables] = Array.isArray(argument) ? (argument as unknown[]) : [argument, {}];
  const given = isRecord(variables) ? variables : {};
  const free = substitutionVariables(String(template)).filter((variable) => !Object.hasOwn(given, variable));
  return [
    ...free.map((variable) => ({ name: variable.split('.')[0]!, path })),
    ...Object.entries(given).flatMap(([key, item]) => collect(item, conditions, `${path}/1/${key}`)),
  ];
}
