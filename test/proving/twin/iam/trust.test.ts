import { describe, expect, it } from 'vitest';
import { type Caller, judgeForCaller, policyFaults } from '../../../../proving/twin/iam/index.ts';

const OPERATOR: Caller = {
  accountId: '123456789012',
  arn: 'arn:aws:iam::123456789012:user/operator',
  roleArn: null,
  service: null,
};
const LAMBDA: Caller = {
  accountId: '123456789012',
  arn: null,
  roleArn: null,
  service: 'lambda.amazonaws.com',
};

function assume(principal: unknown, caller: Caller, extra: object = {}): string {
  const Statement = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: principal, ...extra };
  return judgeForCaller({ Version: '2012-10-17', Statement } as never, caller, {
    action: 'sts:AssumeRole',
    resource: 'arn:aws:iam::123456789012:role/x',
    context: {},
  });
}

describe('who a policy with principals is about', () => {
  it.each([
    ['the account by its number', { AWS: '123456789012' }, OPERATOR, 'allowed'],
    ['the account by its root', { AWS: 'arn:aws:iam::123456789012:root' }, OPERATOR, 'allowed'],
    ['another account', { AWS: '999999999999' }, OPERATOR, 'implicitly-denied'],
    ['the user by name', { AWS: ['arn:aws:iam::123456789012:user/operator'] }, OPERATOR, 'allowed'],
    ['anyone', '*', OPERATOR, 'allowed'],
    ['any AWS principal', { AWS: '*' }, OPERATOR, 'allowed'],
    ['the service', { Service: 'lambda.amazonaws.com' }, LAMBDA, 'allowed'],
    ['another service', { Service: 'ecs-tasks.amazonaws.com' }, LAMBDA, 'implicitly-denied'],
    ['a service where the account is trusted', { AWS: '123456789012' }, LAMBDA, 'implicitly-denied'],
  ] as const)('%s', (_name, principal, caller, expected) => {
    expect(assume(principal, caller)).toBe(expected);
  });

  it('a session by the role behind it', () => {
    const roleArn = 'arn:aws:iam::123456789012:role/deploy';
    const arn = 'arn:aws:sts::123456789012:assumed-role/deploy/me';
    expect(assume({ AWS: roleArn }, { ...OPERATOR, arn, roleArn })).toBe('allowed');
  });

  it('a Deny for the caller wins', () => {
    const document = {
      Statement: [
        { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: '*' },
        { Effect: 'Deny', Action: 'sts:AssumeRole', NotPrincipal: { Service: 'lambda.amazonaws.com' } },
      ],
    } as never;
    const request = { action: 'sts:AssumeRole', resource: '*', context: {} };
    expect(judgeForCaller(document, OPERATOR, request)).toBe('explicitly-denied');
    expect(judgeForCaller(document, LAMBDA, request)).toBe('allowed');
  });

  it('a condition of the trust', () => {
    const extra = { Condition: { Null: { 'sts:ExternalId': 'false' } } };
    expect(assume('*', OPERATOR, extra)).toBe('implicitly-denied');
  });
});

describe('malformed documents', () => {
  it.each([
    [
      { Version: '2015-01-01', Statement: [] },
      'identity',
      'Version "2015-01-01" must be one of 2008-10-17, 2012-10-17',
    ],
    [{}, 'identity', 'Statement is missing'],
    [
      { Statement: { Effect: 'allow', Action: '*', Resource: '*' } },
      'identity',
      'Statement[0]: Effect "allow" must be Allow or Deny',
    ],
    [
      { Statement: { Effect: 'Allow', Resource: '*' } },
      'identity',
      'Statement[0]: needs exactly one of Action and NotAction',
    ],
    [
      { Statement: { Effect: 'Allow', Action: '*' } },
      'identity',
      'Statement[0]: needs exactly one of Resource and NotResource',
    ],
    [
      { Statement: { Effect: 'Allow', Action: '*', Resource: 'bucket' } },
      'identity',
      'Statement[0]: Resource "bucket" must be an ARN or *',
    ],
    [
      { Statement: { Effect: 'Allow', Action: '*', Resource: '*', Condition: { StringSame: {} } } },
      'identity',
      "Statement[0]: 'StringSame' is no condition operator",
    ],
    [
      { Statement: { Effect: 'Allow', Action: 'sts:AssumeRole' } },
      'trust',
      'Statement[0]: needs exactly one of Principal and NotPrincipal',
    ],
    [
      { Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: '*', Resource: '*' } },
      'trust',
      'Statement[0]: a trust policy must not have a Resource',
    ],
  ] as const)('%j is refused', (document, kind, fault) => {
    expect(policyFaults(document, kind)).toContain(fault);
  });

  it('finds nothing wrong with a legal one', () => {
    const Statement = {
      Effect: 'Allow',
      Action: ['a:B'],
      NotResource: 'arn:aws:s3:::x',
      Condition: { 'ForAnyValue:StringLikeIfExists': { 'a:b': 'c' } },
    };
    expect(policyFaults({ Version: '2012-10-17', Statement }, 'identity')).toEqual([]);
  });
});
