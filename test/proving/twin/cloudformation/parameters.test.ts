import { describe, expect, test } from 'vitest';
import { type GivenParameter, resolveParameters } from '../../../../proving/twin/cloudformation/index.ts';

function resolve(
  definitions: Record<string, Record<string, unknown>>,
  given: Record<string, GivenParameter> = {},
  previous: Record<string, string> = {},
) {
  const stored: Record<string, string> = { '/size': 'large', '/zones': 'a, b' };
  return resolveParameters(definitions, {
    given: new Map(Object.entries(given)),
    previous: new Map(Object.entries(previous)),
    ssm: (name) => stored[name],
  });
}

describe('parameters', () => {
  test.each<[string, Record<string, unknown>, GivenParameter | undefined, unknown]>([
    ['default', { Type: 'String', Default: 'x' }, undefined, 'x'],
    ['number as text', { Type: 'Number', Default: 5 }, undefined, '5'],
    ['given before default', { Type: 'String', Default: 'x' }, { value: 'y' }, 'y'],
    ['empty is a value', { Type: 'String', Default: 'x' }, { value: '' }, ''],
    ['previous', { Type: 'String', Default: 'x' }, { usePrevious: true }, 'before'],
    ['list', { Type: 'CommaDelimitedList' }, { value: 'a, b' }, ['a', 'b']],
    ['empty list', { Type: 'CommaDelimitedList', Default: '' }, undefined, []],
    ['list of ids', { Type: 'List<AWS::EC2::Subnet::Id>' }, { value: 's1,s2' }, ['s1', 's2']],
    [
      'from Parameter Store',
      { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/size' },
      undefined,
      'large',
    ],
    [
      'list from Parameter Store',
      { Type: 'AWS::SSM::Parameter::Value<List<String>>' },
      { value: '/zones' },
      ['a', 'b'],
    ],
    ['pattern', { Type: 'String', AllowedPattern: '[a-z]+' }, { value: 'abc' }, 'abc'],
  ])('%s', (_what, definition, given, expected) => {
    const resolved = resolve({ P: definition }, given === undefined ? {} : { P: given }, { P: 'before' });
    expect(resolved.get('P')?.value).toEqual(expected);
  });

  test.each<[string, Record<string, unknown>, string | undefined, RegExp]>([
    ['no value', { Type: 'String' }, undefined, /\[P\] must have values/],
    ['other value', { Type: 'String', AllowedValues: ['a', 'b'] }, 'c', /enum value set: \[a, b\], got "c"/],
    ['part of the pattern', { Type: 'String', AllowedPattern: '[a-z]+' }, 'abc1', /must match pattern/],
    [
      'own words',
      { Type: 'String', AllowedPattern: '[a-z]', ConstraintDescription: 'one letter' },
      '1',
      /one letter/,
    ],
    ['too short', { Type: 'String', MinLength: 3 }, 'ab', /minimum length 3/],
    ['too long', { Type: 'String', MaxLength: '3' }, 'abcd', /maximum length 3/],
    ['too small', { Type: 'Number', MinValue: 3 }, '2', /at least 3/],
    ['too large', { Type: 'Number', MaxValue: 3 }, '4', /at most 3/],
    ['no number', { Type: 'Number' }, 'x', /must be a number/],
    ['one of the list', { Type: 'CommaDelimitedList', AllowedValues: ['a'] }, 'a,b', /enum value set/],
    [
      'not in Parameter Store',
      { Type: 'AWS::SSM::Parameter::Value<String>' },
      '/none',
      /Unable to fetch parameters \[\/none\]/,
    ],
    ['type', { Type: 'Colour' }, 'red', /Unrecognized parameter type: Colour/],
  ])('fails for %s', (_what, definition, given, message) => {
    expect(() => resolve({ P: definition }, given === undefined ? {} : { P: { value: given } })).toThrow(
      message,
    );
  });

  test('fails for a name the template does not have', () => {
    expect(() => resolve({}, { Stray: { value: 'x' } })).toThrow(/\[Stray\] do not exist in the template/);
  });

  test('a refused NoEcho value is not shown', () => {
    const definition = { Type: 'String', NoEcho: true, MinLength: 50 };
    expect(() => resolve({ P: definition }, { P: { value: 'hunter2' } })).toThrow(
      /^(?!.*hunter2).*minimum length/,
    );
  });
});
