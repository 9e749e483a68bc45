import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  creationOrder,
  dependencyGraph,
  readTemplate,
  reversed,
} from '../../../../proving/twin/cloudformation/index.ts';
import { resources, templates } from './generators.ts';

function graphOf(document: Record<string, unknown>, conditions: Record<string, boolean> = {}) {
  const template = readTemplate(document);
  const decided = new Map(Object.entries(conditions));
  const standing = new Map(
    [...template.resources].filter(
      ([, { condition }]) => condition === null || decided.get(condition) === true,
    ),
  );
  return dependencyGraph({ template, conditions: decided, resources: standing });
}

const needs = (document: Record<string, unknown>, conditions?: Record<string, boolean>) =>
  Object.fromEntries([...graphOf(document, conditions)].map(([name, set]) => [name, [...set].sort()]));

const T = (properties: unknown, more = {}) => ({ Type: 'T', Properties: properties, ...more });

describe('the dependency graph', () => {
  test('follows Ref, Fn::GetAtt, Fn::Sub and DependsOn, at any depth', () => {
    const Resources = {
      A: T({}),
      B: T({ x: [{ y: { Ref: 'A' } }] }),
      C: T({ x: { 'Fn::GetAtt': ['B', 'Arn'] }, y: { 'Fn::GetAtt': 'A.Arn' } }),
      D: T({ x: { 'Fn::Sub': 'arn:${AWS::Region}:${C}/${B.Name}/${!A}/${V}' } }),
      E: T({ x: { 'Fn::Sub': ['${V}', { V: { Ref: 'D' } }] } }),
      F: T({}, { DependsOn: ['A', 'E'] }),
    };
    const Parameters = { V: { Type: 'String' } };
    expect(needs({ Parameters, Resources })).toEqual({
      A: [],
      B: ['A'],
      C: ['A', 'B'],
      D: ['B', 'C'],
      E: ['D'],
      F: ['A', 'E'],
    });
  });

  test('follows only the branch of a condition that is taken', () => {
    const document = {
      Conditions: { Own: {} },
      Resources: {
        Key: T({}, { Condition: 'Own' }),
        Bucket: T(
          { key: { 'Fn::If': ['Own', { Ref: 'Key' }, { Ref: 'AWS::NoValue' }] } },
          { DependsOn: 'Key' },
        ),
      },
    };
    expect(needs(document, { Own: true })).toEqual({ Key: [], Bucket: ['Key'] });
    expect(needs(document, { Own: false })).toEqual({ Bucket: [] });
  });

  test.each<[string, Record<string, unknown>, RegExp]>([
    [
      'a stranger',
      { Resources: { A: T({ x: { Ref: 'Nobody' } }) } },
      /\[Nobody\].*Resources\/A\/Properties\/x\/Ref/,
    ],
    ['a stranger in text', { Resources: { A: T({ x: { 'Fn::Sub': '${Nobody.Arn}' } }) } }, /\[Nobody\]/],
    [
      'a stranger to wait for',
      { Resources: { A: T({}, { DependsOn: 'Nobody' }) } },
      /\[Nobody\].*Resources\/A\/DependsOn/,
    ],
    [
      'an output of a stranger',
      { Resources: { A: T({}) }, Outputs: { O: { Value: { Ref: 'Nobody' } } } },
      /Outputs block/,
    ],
    [
      'a resource whose condition does not hold',
      { Conditions: { No: {} }, Resources: { A: T({ x: { Ref: 'B' } }), B: T({}, { Condition: 'No' }) } },
      /\[B\], whose condition does not hold/,
    ],
    ['itself', { Resources: { A: T({ x: { Ref: 'A' } }) } }, /Circular dependency between resources: \[A\]/],
    [
      'a circle',
      {
        Resources: {
          A: T({ x: { Ref: 'B' } }),
          B: T({}, { DependsOn: 'C' }),
          C: T({ x: { 'Fn::Sub': '${A}' } }),
        },
      },
      /Circular dependency between resources: \[A, B, C\]/,
    ],
  ])('refuses %s', (_what, document, message) => {
    expect(() => graphOf(document)).toThrow(message);
  });

  test('every resource comes after all it needs, and once', () => {
    fc.assert(
      fc.property(templates, (template) => {
        const graph = graphOf(template);
        const order = creationOrder(graph);
        expect([...order].sort()).toEqual(resources(template).sort());
        const position = new Map(order.map((name, index) => [name, index]));
        for (const [name, needed] of graph) {
          for (const other of needed) expect(position.get(other)!).toBeLessThan(position.get(name)!);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('turned round twice it is the same', () => {
    fc.assert(
      fc.property(templates, (template) => {
        const graph = graphOf(template);
        const plain = (one: typeof graph) =>
          Object.fromEntries([...one].map(([name, set]) => [name, [...set].sort()]));
        expect(plain(reversed(reversed(graph)))).toEqual(plain(graph));
      }),
      { numRuns: 50 },
    );
  });
});
