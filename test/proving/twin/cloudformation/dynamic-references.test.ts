import { describe, expect, test } from 'vitest';
import {
  type DynamicReference,
  parseDynamicReference,
  partOfSecret,
  resolveDynamicReferences,
} from '../../../../proving/twin/cloudformation/index.ts';

const ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf';

describe('dynamic references', () => {
  test.each<[string, string, Partial<DynamicReference>]>([
    ['ssm', '/a/b', { service: 'ssm', name: '/a/b', version: null }],
    ['ssm-secure', '/a:3', { service: 'ssm-secure', name: '/a', version: '3' }],
    ['secretsmanager', 'db', { secretId: 'db', jsonKey: null }],
    [
      'secretsmanager',
      `${ARN}:SecretString:password::`,
      { secretId: ARN, jsonKey: 'password', versionStage: null },
    ],
    [
      'secretsmanager',
      'db:SecretString:user:AWSCURRENT',
      { secretId: 'db', jsonKey: 'user', versionStage: 'AWSCURRENT' },
    ],
  ])('%s:%s', (service, rest, expected) => {
    expect(parseDynamicReference(service, rest, '')).toMatchObject(expected);
  });

  test.each([
    ['ssm', '/a:1:2'],
    ['secretsmanager', 'db:SecretBinary:x'],
    ['vault', 'x'],
  ])('%s:%s is refused', (service, rest) => {
    expect(() => parseDynamicReference(service, rest, 'P')).toThrow(/at P/);
  });

  test('are replaced for the services asked for, anywhere in a value', () => {
    const value = {
      a: ['x-{{resolve:ssm:/one}}-{{resolve:ssm:/two}}'],
      b: '{{resolve:secretsmanager:db}}',
      c: 5,
    };
    const resolve = (reference: DynamicReference) =>
      reference.service === 'ssm' ? reference.name : 'secret';
    expect(resolveDynamicReferences(value, ['ssm'], resolve, '')).toEqual({
      a: ['x-/one-/two'],
      b: '{{resolve:secretsmanager:db}}',
      c: 5,
    });
  });

  test('that cannot be resolved are named with their place', () => {
    const resolve = () => {
      throw new Error('there is no parameter /x');
    };
    expect(() =>
      resolveDynamicReferences(['{{resolve:ssm:/x}}'], ['ssm'], resolve, 'Resources/A/Properties'),
    ).toThrow('Could not resolve {{resolve:ssm:/x}}: there is no parameter /x (at Resources/A/Properties/0)');
  });

  test('a key of a secret is read from its JSON', () => {
    expect(partOfSecret('{"password":"p","port":5432}', 'password')).toBe('p');
    expect(partOfSecret('{"password":"p","port":5432}', 'port')).toBe('5432');
    expect(partOfSecret('plain', null)).toBe('plain');
    expect(() => partOfSecret('plain', 'password')).toThrow(/no JSON key password/);
  });
});
