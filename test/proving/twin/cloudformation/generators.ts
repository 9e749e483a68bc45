/** Templates without circles: a resource refers only to those before it, in a shuffled order of writing. */

import * as fc from 'fast-check';

const KINDS = ['Ref', 'GetAtt', 'Sub', 'DependsOn'] as const;

interface Edge {
  readonly kind: (typeof KINDS)[number];
  readonly target: number;
}

export type GeneratedTemplate = { Resources: Record<string, Record<string, unknown>> };

export const templates: fc.Arbitrary<GeneratedTemplate> = fc
  .integer({ min: 1, max: 12 })
  .chain((count) =>
    fc.record({
      edges: fc.array(
        fc.array(fc.record({ kind: fc.constantFrom(...KINDS), target: fc.nat(11) }), { maxLength: 3 }),
        {
          minLength: count,
          maxLength: count,
        },
      ),
      values: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: count, maxLength: count }),
      order: fc.shuffledSubarray(
        Array.from({ length: count }, (_, index) => index),
        { minLength: count, maxLength: count },
      ),
    }),
  )
  .map(({ edges, values, order }) => ({
    Resources: Object.fromEntries(
      order.map((index) => [
        `R${index}`,
        resource(
          edges[index]!.filter(({ target }) => target < index),
          values[index]!,
        ),
      ]),
    ),
  }));

export function resources(template: GeneratedTemplate): string[] {
  return Object.keys(template.Resources);
}

function resource(edges: readonly Edge[], value: number): Record<string, unknown> {
  const properties = edges.map(({ kind, target }, index) => {
    const name = `R${target}`;
    if (kind === 'Ref') return [`P${index}`, { Ref: name }];
    if (kind === 'GetAtt') return [`P${index}`, { 'Fn::GetAtt': [name, 'Arn'] }];
    return [`P${index}`, kind === 'Sub' ? { 'Fn::Sub': `x-\${${name}}` } : 'plain'];
  });
  return {
    Type: 'T',
    DependsOn: edges.filter(({ kind }) => kind === 'DependsOn').map(({ target }) => `R${target}`),
    Properties: { Value: value, ...(Object.fromEntries(properties) as object) },
  };
}
