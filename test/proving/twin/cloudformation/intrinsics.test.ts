import { describe, expect, test } from 'vitest';
import {
  evaluate,
  fail,
  NO_VALUE,
  type Scope,
  UNKNOWN,
} from '../../../../proving/twin/cloudformation/index.ts';

const scope: Scope = {
  reference(name, path) {
    const known: Record<string, unknown> = {
      Name: 'shop',
      Port: 5432,
      Zones: ['a', 'b'],
      Later: UNKNOWN,
      'AWS::Region': 'eu-west-1',
      'AWS::NoValue': NO_VALUE,
    };
    return known[name] ?? fail(`Unresolved resource dependencies [${name}]`, path);
  },
  attribute(logicalId, attribute, path) {
    if (logicalId === 'Later') return UNKNOWN;
    return logicalId === 'Db' ? `db.${attribute}` : fail(`no resource ${logicalId}`, path);
  },
  condition: (name) => name === 'Yes',
  mapping: (map, top, second) => (map === 'Sizes' && top === 'small' && second === 'cpu' ? 256 : undefined),
  importValue: (name) => `value of ${name}`,
  zones: (region) => (region === 'eu-west-1' ? ['eu-west-1a', 'eu-west-1b'] : []),
};

describe('intrinsic functions', () => {
  test.each<[unknown, unknown]>([
    [{ Ref: 'Name' }, 'shop'],
    [{ 'Fn::GetAtt': ['Db', 'Endpoint.Address'] }, 'db.Endpoint.Address'],
    [{ 'Fn::GetAtt': 'Db.Endpoint.Address' }, 'db.Endpoint.Address'],
    [{ 'Fn::Join': [':', ['a', { Ref: 'Port' }, true]] }, 'a:5432:true'],
    [{ 'Fn::Join': ['-', { Ref: 'Zones' }] }, 'a-b'],
    [{ 'Fn::Join': ['-', [{ Ref: 'AWS::NoValue' }, 'x']] }, 'x'],
    [{ 'Fn::Split': [',', 'a,b,'] }, ['a', 'b', '']],
    [{ 'Fn::Select': ['1', { 'Fn::Split': ['|', 'x|y'] }] }, 'y'],
    [
      { 'Fn::Sub': 'arn:${AWS::Region}:${Db.Arn}:${!Literal}:${ Name }' },
      'arn:eu-west-1:db.Arn:${Literal}:shop',
    ],
    [{ 'Fn::Sub': ['${A}/${Name}', { A: { Ref: 'Port' } }] }, '5432/shop'],
    [{ 'Fn::If': ['Yes', 1, 2] }, 1],
    [{ 'Fn::If': ['No', 1, { Ref: 'Name' }] }, 'shop'],
    [{ 'Fn::ImportValue': { 'Fn::Sub': '${Name}:x' } }, 'value of shop:x'],
    [{ 'Fn::FindInMap': ['Sizes', 'small', 'cpu'] }, 256],
    [{ 'Fn::FindInMap': ['Sizes', 'huge', 'cpu', { DefaultValue: 1 }] }, 1],
    [{ 'Fn::Base64': 'grüße' }, Buffer.from('grüße').toString('base64')],
    [{ 'Fn::GetAZs': '' }, ['eu-west-1a', 'eu-west-1b']],
    [{ 'Fn::GetAZs': { Ref: 'AWS::Region' } }, ['eu-west-1a', 'eu-west-1b']],
    [{ 'Fn::Cidr': ['10.0.0.0/22', 2, 8] }, ['10.0.0.0/24', '10.0.1.0/24']],
    [{ 'Fn::Length': { Ref: 'Zones' } }, 2],
    [{ 'Fn::ToJsonString': { a: [{ Ref: 'Port' }] } }, '{"a":[5432]}'],
    [{ a: { Ref: 'AWS::NoValue' }, b: [1, { 'Fn::If': ['No', 2, { Ref: 'AWS::NoValue' }] }] }, { b: [1] }],
    // Not a function: `Ref` beside other keys, or of something that is no text.
    [
      { Ref: 'x', Other: 1 },
      { Ref: 'x', Other: 1 },
    ],
    [{ Ref: { a: 1 } }, { Ref: { a: 1 } }],
  ])('%j', (expression, expected) => {
    expect(evaluate(expression, scope, 'Resources/X/Properties/P')).toEqual(expected);
  });

  test.each<[unknown, RegExp]>([
    [{ Ref: 'Nobody' }, /\[Nobody\].*Resources\/X\/Properties\/P\/Ref/],
    [
      { a: [{ 'Fn::GetAtt': ['Nobody', 'Arn'] }] },
      /no resource Nobody \(at Resources\/X\/Properties\/P\/a\/0\/Fn::GetAtt\)/,
    ],
    [{ 'Fn::GetAtt': 'NoDot' }, /needs a resource and an attribute/],
    [{ 'Fn::Select': [2, ['a', 'b']] }, /nonexistent value at index 2/],
    [{ 'Fn::Join': ['', [['nested']]] }, /text is needed, got \["nested"\]/],
    [{ 'Fn::Join': ['', 'abc'] }, /a list is needed/],
    [{ 'Fn::FindInMap': ['Sizes', 'huge', 'cpu'] }, /Unable to get mapping for Sizes::huge::cpu/],
    [{ 'Fn::Cidr': ['10.0.0.0/24', 2, 8] }, /cannot hold 2 blocks/],
    [{ 'Fn::Cidr': ['10.0.0.0/24', 2] }, /bits of each block/],
    [{ 'Fn::Nonsense': 1 }, /Fn::Nonsense is not supported/],
    [{ 'Fn::Equals': [1, 1] }, /allowed in Conditions and Rules only/],
    [{ 'Fn::Sub': 'x', Other: 1 }, /must be the only key/],
  ])('%j is refused', (expression, message) => {
    expect(() => evaluate(expression, scope, 'Resources/X/Properties/P')).toThrow(message);
  });

  test('names the resource whose expression is at fault', () => {
    expect(() => evaluate({ Ref: 'Nobody' }, scope, 'Resources/X/Properties')).toThrow(
      expect.objectContaining({ code: 'template-invalid', logicalId: 'X' }),
    );
  });

  test.each<[unknown]>([
    [{ 'Fn::Join': ['', ['a', { Ref: 'Later' }]] }],
    [{ 'Fn::Sub': 'a${Later}' }],
    [{ 'Fn::Sub': 'a${Later.Arn}' }],
    [{ 'Fn::Select': [0, { 'Fn::Split': [',', { Ref: 'Later' }] }] }],
    [{ 'Fn::Base64': { Ref: 'Later' } }],
    [{ 'Fn::ToJsonString': { a: { Ref: 'Later' } } }],
    [{ 'Fn::Length': { Ref: 'Later' } }],
    [{ 'Fn::Cidr': [{ Ref: 'Later' }, 1, 8] }],
  ])('%j is unknown while its part is', (expression) => {
    expect(evaluate(expression, scope, '')).toBe(UNKNOWN);
  });
});
