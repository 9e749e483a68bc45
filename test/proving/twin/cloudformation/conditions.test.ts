import { describe, expect, test } from 'vitest';
import {
  brokenRules,
  decideConditions,
  fail,
  type Scope,
} from '../../../../proving/twin/cloudformation/index.ts';

const values: Record<string, unknown> = { Env: 'prod', Empty: '', List: ['a', 'b'], Version: '6' };

const scope: Scope = {
  reference: (name, path) => values[name] ?? fail(`Unresolved resource dependencies [${name}]`, path),
  attribute: (name, _attribute, path) => fail(`${name} cannot be used here`, path),
  condition: (_name, path) => fail('not in a condition', path),
  mapping: () => 'prod',
  importValue: (_name, path) => fail('no import', path),
  zones: () => [],
};

const decide = (expression: unknown, more: Record<string, unknown> = {}) =>
  decideConditions({ Asked: expression, ...more }, scope).get('Asked');

describe('conditions', () => {
  test.each<[unknown, boolean]>([
    [{ 'Fn::Equals': [{ Ref: 'Env' }, 'prod'] }, true],
    [{ 'Fn::Equals': [{ Ref: 'Version' }, 6] }, true],
    [{ 'Fn::Equals': ['', { 'Fn::Join': ['', { Ref: 'List' }] }] }, false],
    [{ 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'Empty' }, ''] }] }, false],
    [{ 'Fn::And': [{ Condition: 'T' }, { 'Fn::Not': [{ Condition: 'F' }] }] }, true],
    [{ 'Fn::Or': [{ Condition: 'F' }, { Condition: 'F' }] }, false],
    [{ 'Fn::Contains': [{ Ref: 'List' }, 'b'] }, true],
    [{ 'Fn::EachMemberIn': [{ Ref: 'List' }, ['a', 'b', 'c']] }, true],
    [{ 'Fn::EachMemberEquals': [{ Ref: 'List' }, 'a'] }, false],
    [{ 'Fn::Equals': [{ 'Fn::FindInMap': ['M', 'a', 'b'] }, { Ref: 'Env' }] }, true],
  ])('%j is %s', (expression, expected) => {
    expect(decide(expression, { T: { 'Fn::Equals': [1, 1] }, F: { 'Fn::Equals': [1, 2] } })).toBe(expected);
  });

  test.each<[unknown, RegExp]>([
    [{ Condition: 'Nobody' }, /unresolved condition dependency Nobody/],
    [{ 'Fn::Not': [{ Condition: 'Asked' }] }, /depend on each other: Asked -> Asked/],
    [{ 'Fn::And': [{ 'Fn::Equals': [1, 1] }] }, /2 to 10 operands/],
    [{ 'Fn::Equals': [1] }, /2 operands, got 1/],
    [{ Ref: 'Env' }, /is no condition/],
    ['maybe', /is no condition/],
    [{ 'Fn::Equals': [{ 'Fn::GetAtt': ['Db', 'Arn'] }, 1] }, /Db cannot be used here \(at Conditions\/Asked/],
  ])('%j is refused', (expression, message) => {
    expect(() => decide(expression)).toThrow(message);
  });

  test('a rule that does not hold is named with its description', () => {
    const rule = {
      Assertions: [
        {
          Assert: { 'Fn::Not': [{ 'Fn::Contains': [['1', '6'], { Ref: 'Version' }] }] },
          AssertDescription: 'bootstrap again',
        },
      ],
    };
    expect(brokenRules({ Check: rule }, scope)).toEqual(['Check: bootstrap again']);
    const elsewhere = { ...rule, RuleCondition: { 'Fn::Equals': [{ Ref: 'Env' }, 'test'] } };
    expect(brokenRules({ Check: elsewhere }, scope)).toEqual([]);
  });
});
