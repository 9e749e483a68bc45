/** What holds for every set of policies. */

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PolicyStatement, evaluate } from '../../../../proving/twin/iam/index.ts';

const ACTIONS = ['rds:FailoverDBCluster', 'rds:DescribeDBClusters', 's3:GetObject', 'dynamodb:GetItem'];
const RESOURCES = [
  'arn:aws:rds:us-east-1:123456789012:cluster:demo',
  'arn:aws:s3:::bucket/key',
  'arn:aws:dynamodb:us-east-1:123456789012:table/state',
  '*',
];
const actionPatterns = fc.constantFrom(...ACTIONS, 'rds:*', '*', 's3:Get*', '*:*Item');
const resourcePatterns = fc.constantFrom(...RESOURCES, 'arn:aws:rds:*', 'arn:aws:s3:::bucket/*');
const condition = fc.constantFrom(undefined, { StringEquals: { 'a:x': '1' } }, { Null: { 'a:x': 'true' } });
const oneOrMany = (item: fc.Arbitrary<string>) =>
  fc.oneof(item, fc.array(item, { minLength: 1, maxLength: 3 }));

const statement: fc.Arbitrary<PolicyStatement> = fc
  .record({
    effect: fc.constantFrom('Allow' as const, 'Allow' as const, 'Deny' as const),
    actions: oneOrMany(actionPatterns),
    resources: oneOrMany(resourcePatterns),
    isNotAction: fc.boolean(),
    condition,
  })
  .map(({ effect, actions, resources, isNotAction, condition: Condition }) => ({
    Effect: effect,
    ...(isNotAction ? { NotAction: actions } : { Action: actions }),
    Resource: resources,
    ...(Condition ? { Condition: Condition as never } : {}),
  }));
const statements = fc.array(statement, { maxLength: 6 });
const request = fc.record({
  action: fc.constantFrom(...ACTIONS),
  resource: fc.constantFrom(...RESOURCES),
  context: fc.constantFrom({}, { 'a:x': '1' }, { 'a:x': '2' }),
});

const document = (list: readonly PolicyStatement[]) => ({ Version: '2012-10-17', Statement: list });
const decide = (list: readonly PolicyStatement[], asked: object) =>
  evaluate({ identity: [document(list)] }, asked as never).outcome;

describe('for every policy', () => {
  it('the order of statements does not matter', () => {
    fc.assert(
      fc.property(statements, request, (list, asked) => {
        expect(decide(list.toReversed(), asked)).toBe(decide(list, asked));
      }),
    );
  });

  it('how statements are spread over documents does not matter', () => {
    fc.assert(
      fc.property(statements, request, (list, asked) => {
        const split = evaluate({ identity: list.map((one) => document([one])) }, asked as never).outcome;
        expect(split).toBe(decide(list, asked));
      }),
    );
  });

  it('an explicit deny of everything wins over whatever else is there', () => {
    const everything: PolicyStatement = { Effect: 'Deny', Action: '*', Resource: '*' };
    fc.assert(
      fc.property(statements, request, (list, asked) => {
        expect(decide([...list, everything], asked)).toBe('explicitly-denied');
      }),
    );
  });

  it('a further Allow never takes a permission away, a further Deny never gives one', () => {
    fc.assert(
      fc.property(statements, statement, request, (list, extra, asked) => {
        const before = decide(list, asked) === 'allowed';
        const after = decide([...list, extra], asked) === 'allowed';
        if (extra.Effect === 'Allow') expect(!before || after).toBe(true);
        else expect(before || !after).toBe(true);
      }),
    );
  });

  it('a boundary never gives a permission', () => {
    fc.assert(
      fc.property(statements, statements, request, (list, limit, asked) => {
        const limited = evaluate(
          {
            identity: [document(list)],
            limits: [{ kind: 'permissions boundary', document: document(limit) }],
          },
          asked as never,
        ).outcome;
        const isAllowed = decide(list, asked) === 'allowed' && decide(limit, asked) === 'allowed';
        expect(limited === 'allowed').toBe(isAllowed);
      }),
    );
  });

  it('nothing but Deny statements allows nothing', () => {
    fc.assert(
      fc.property(statements, request, (list, asked) => {
        const denies = list.map((one) => ({ ...one, Effect: 'Deny' as const }));
        expect(decide(denies, asked)).not.toBe('allowed');
      }),
    );
  });
});
