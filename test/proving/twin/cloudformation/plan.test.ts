import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createEnvironment,
  decideResource,
  dependencyGraph,
  evaluate,
  creationOrder,
  planChanges,
  readTemplate,
  type ResourceChange,
  type StandingResource,
  UNKNOWN,
} from '../../../../proving/twin/cloudformation/index.ts';
import { resources, templates } from './generators.ts';

const REPLACE_ON = ['Name'];

function prepare(document: unknown) {
  const template = readTemplate(document);
  const environment = createEnvironment({
    template,
    parameters: new Map(),
    pseudo: {
      accountId: '1',
      region: 'r',
      partition: 'aws',
      urlSuffix: 'u',
      stackName: 's',
      stackId: 'i',
      notificationArns: [],
    },
    exported: () => undefined,
    zones: () => [],
  });
  return { environment, graph: dependencyGraph({ template, ...environment }) };
}

function plan(standing: ReadonlyMap<string, StandingResource>, document: unknown): ResourceChange[] {
  return planChanges({
    standing,
    ...prepare(document),
    replaceOn: () => REPLACE_ON,
    settle: (value) => value,
  });
}

/** What stands after the template was deployed to nothing. */
function deployed(document: unknown): Map<string, StandingResource> {
  const { environment, graph } = prepare(document);
  const standing = new Map<string, StandingResource>();
  const scope = environment.scope({
    reference: (id) => standing.get(id)!.physicalId,
    attribute: (id, attribute) => standing.get(id)!.attributes[attribute],
  });
  for (const logicalId of creationOrder(graph)) {
    const definition = environment.resources.get(logicalId)!;
    standing.set(logicalId, {
      ...definition,
      properties: evaluate(definition.properties, scope, '') as Record<string, unknown>,
      physicalId: `id-${logicalId}`,
      attributes: { Arn: `arn-${logicalId}` },
      needs: graph.get(logicalId)!,
    });
  }
  return standing;
}

const T = (properties: unknown, more = {}) => ({ Type: 'T', Properties: properties, ...more });
const brief = (changes: ResourceChange[]) => changes.map(({ action, logicalId }) => `${action} ${logicalId}`);

describe('planning', () => {
  test('a new stack creates everything in order', () => {
    const document = { Resources: { B: T({ x: { Ref: 'A' } }), A: T({}) } };
    expect(brief(plan(new Map(), document))).toEqual(['create A', 'create B']);
  });

  test('the same template again plans nothing', () => {
    fc.assert(
      fc.property(templates, (template) => {
        expect(plan(deployed(template), template)).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  test('another template plans exactly the resources that are new, gone or touched', () => {
    fc.assert(
      fc.property(templates, templates, (before, after) => {
        const changes = plan(deployed(before), after);
        const of = (action: string) =>
          changes.filter((one) => one.action === action).map(({ logicalId }) => logicalId);
        const [old, now] = [resources(before), resources(after)];
        expect(of('create').sort()).toEqual(now.filter((name) => !old.includes(name)).sort());
        expect(of('delete').sort()).toEqual(old.filter((name) => !now.includes(name)).sort());
        expect(new Set(changes.map(({ logicalId }) => logicalId)).size).toBe(changes.length);
      }),
      { numRuns: 100 },
    );
  });

  test('deletions come last and in reverse order', () => {
    const before = {
      Resources: { A: T({}), B: T({ x: { Ref: 'A' } }), C: T({ x: { Ref: 'B' } }), Keep: T({ v: 1 }) },
    };
    const after = { Resources: { Keep: T({ v: 2 }), New: T({}) } };
    expect(brief(plan(deployed(before), after))).toEqual([
      'update Keep',
      'create New',
      'delete C',
      'delete B',
      'delete A',
    ]);
  });

  test('what refers to a replaced resource may change; what only waits for it does not', () => {
    const document = (name: string) => ({
      Resources: {
        A: T({ Name: name }),
        Refers: T({ x: { Ref: 'A' } }),
        NamedAfter: T({ Name: { 'Fn::GetAtt': ['A', 'Arn'] } }),
        Waits: T({}, { DependsOn: 'A' }),
      },
    });
    const changes = plan(deployed(document('a')), document('b'));
    expect(brief(changes)).toEqual(['replace A', 'update Refers', 'update NamedAfter']);
    expect(changes[1]).toMatchObject({ changes: [{ name: 'x', evaluation: 'dynamic', replaces: 'never' }] });
    expect(changes[2]).toMatchObject({
      changes: [{ name: 'Name', evaluation: 'dynamic', replaces: 'maybe' }],
    });
  });

  test('an updated resource keeps its identity, but its attributes are unknown', () => {
    const document = (value: number) => ({
      Resources: {
        A: T({ v: value }),
        ById: T({ x: { Ref: 'A' } }),
        ByAttribute: T({ x: { 'Fn::GetAtt': ['A', 'Arn'] } }),
      },
    });
    const changes = plan(deployed(document(1)), document(2));
    expect(brief(changes)).toEqual(['update A', 'update ByAttribute']);
    expect(changes[1]).toMatchObject({ changes: [{ after: UNKNOWN, evaluation: 'dynamic' }] });
  });

  test('metadata and policies are described, not enacted', () => {
    const before = { Resources: { A: T({ v: 1 }, { Metadata: { a: 1 } }) } };
    const after = { Resources: { A: T({ v: 1 }, { Metadata: { a: 2 }, DeletionPolicy: 'Retain' }) } };
    expect(plan(deployed(before), after)).toEqual([
      {
        action: 'describe',
        logicalId: 'A',
        type: 'T',
        physicalId: 'id-A',
        fields: ['Metadata', 'DeletionPolicy'],
      },
    ]);
  });

  test('a type that changed is refused', () => {
    const before = { Resources: { A: T({}) } };
    expect(() => plan(deployed(before), { Resources: { A: { Type: 'U' } } })).toThrow(
      /resource type is not permitted.*\[A\]/,
    );
  });

  test.each<[Record<string, unknown>, Record<string, unknown>, string]>([
    [{ a: 1 }, { a: '1' }, 'keep'],
    [{ a: true }, { a: 'true' }, 'keep'],
    [{ a: { b: 1, c: 2 } }, { a: { c: 2, b: 1 } }, 'keep'],
    [{ a: [1, 2] }, { a: [2, 1] }, 'update'],
    [{ a: 1 }, {}, 'update'],
    [{}, { a: 1 }, 'update'],
    [{ Name: 'x', a: 1 }, { Name: 'y', a: 1 }, 'replace'],
    [{ Name: 'x' }, { Name: UNKNOWN }, 'update'],
  ])('from %j to %j: %s', (before, after, action) => {
    expect(decideResource(before, after, REPLACE_ON).action).toBe(action);
  });
});
