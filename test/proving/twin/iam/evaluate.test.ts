/** An independent table of what AWS decides, from the IAM User Guide. */

import { describe, expect, it } from 'vitest';
import { type PolicyStatement, type RequestContext, evaluate } from '../../../../proving/twin/iam/index.ts';

const CLUSTER = 'arn:aws:rds:us-east-1:123456789012:cluster:demo';
const OTHER = 'arn:aws:rds:us-east-1:123456789012:cluster:other';
const TABLE = 'arn:aws:dynamodb:us-east-1:123456789012:table/state';

function decide(
  statements: readonly PolicyStatement[],
  action: string,
  resource: string,
  context: RequestContext = {},
): string {
  return evaluate(
    { identity: [{ Version: '2012-10-17', Statement: statements }] },
    { action, resource, context },
  ).outcome;
}

const allow = (rest: Omit<PolicyStatement, 'Effect'>): PolicyStatement => ({ Effect: 'Allow', ...rest });
const deny = (rest: Omit<PolicyStatement, 'Effect'>): PolicyStatement => ({ Effect: 'Deny', ...rest });

describe('actions and resources', () => {
  const failover = allow({ Action: 'rds:FailoverDBCluster', Resource: CLUSTER });
  it.each([
    ['the named action on the named resource', [failover], 'rds:FailoverDBCluster', CLUSTER, 'allowed'],
    ['another resource', [failover], 'rds:FailoverDBCluster', OTHER, 'implicitly-denied'],
    ['another action', [failover], 'rds:DeleteDBCluster', CLUSTER, 'implicitly-denied'],
    ['an action in another case', [failover], 'RDS:failoverdbcluster', CLUSTER, 'allowed'],
    ['no statement at all', [], 'rds:FailoverDBCluster', CLUSTER, 'implicitly-denied'],
    [
      'an action wildcard',
      [allow({ Action: 'rds:Describe*', Resource: '*' })],
      'rds:DescribeDBClusters',
      CLUSTER,
      'allowed',
    ],
    [
      'a single-character wildcard',
      [allow({ Action: 'rds:?ebootDBInstance', Resource: '*' })],
      'rds:RebootDBInstance',
      CLUSTER,
      'allowed',
    ],
    [
      'every action of every service',
      [allow({ Action: '*', Resource: '*' })],
      'rds:FailoverDBCluster',
      CLUSTER,
      'allowed',
    ],
    [
      'an explicit deny beside an allow',
      [failover, deny({ Action: 'rds:*', Resource: '*' })],
      'rds:FailoverDBCluster',
      CLUSTER,
      'explicitly-denied',
    ],
    [
      'a deny of another resource',
      [failover, deny({ Action: '*', Resource: OTHER })],
      'rds:FailoverDBCluster',
      CLUSTER,
      'allowed',
    ],
    [
      'NotAction that spares the action',
      [allow({ NotAction: 'iam:*', Resource: '*' })],
      'rds:FailoverDBCluster',
      CLUSTER,
      'allowed',
    ],
    [
      'NotAction that names the action',
      [allow({ NotAction: ['iam:*', 'rds:*'], Resource: '*' })],
      'rds:FailoverDBCluster',
      CLUSTER,
      'implicitly-denied',
    ],
    [
      'NotResource that spares the resource',
      [allow({ Action: 'rds:*', NotResource: OTHER })],
      'rds:FailoverDBCluster',
      CLUSTER,
      'allowed',
    ],
    [
      'NotResource that names the resource',
      [allow({ Action: 'rds:*', NotResource: CLUSTER })],
      'rds:FailoverDBCluster',
      CLUSTER,
      'implicitly-denied',
    ],
    [
      'a wildcard in the resource part',
      [allow({ Action: 'dynamodb:*', Resource: `${TABLE}/index/*` })],
      'dynamodb:Query',
      `${TABLE}/index/by-age`,
      'allowed',
    ],
    [
      'the table when only its indexes are named',
      [allow({ Action: 'dynamodb:*', Resource: `${TABLE}/index/*` })],
      'dynamodb:Query',
      TABLE,
      'implicitly-denied',
    ],
    [
      'a wildcard inside a segment does not cross a colon',
      [allow({ Action: '*', Resource: 'arn:aws:rds:us*1:123456789012:cluster:demo' })],
      'rds:X',
      'arn:aws:rds:us-2:1:123456789012:cluster:demo',
      'implicitly-denied',
    ],
    [
      'a wildcard at the end of a segment may cross colons',
      [allow({ Action: '*', Resource: 'arn:aws:rds:*' })],
      'rds:X',
      CLUSTER,
      'allowed',
    ],
    [
      'a list call with the permission on one cluster',
      [allow({ Action: 'rds:DescribeDBClusters', Resource: CLUSTER })],
      'rds:DescribeDBClusters',
      'arn:aws:rds:us-east-1:123456789012:cluster:*',
      'implicitly-denied',
    ],
    [
      'a list call with the permission on all clusters',
      [allow({ Action: 'rds:DescribeDBClusters', Resource: 'arn:aws:rds:us-east-1:123456789012:cluster:*' })],
      'rds:DescribeDBClusters',
      'arn:aws:rds:us-east-1:123456789012:cluster:*',
      'allowed',
    ],
    [
      'an action without resource types, permission on an ARN',
      [
        allow({
          Action: 'cloudwatch:PutMetricData',
          Resource: 'arn:aws:cloudwatch:us-east-1:123456789012:alarm:*',
        }),
      ],
      'cloudwatch:PutMetricData',
      '*',
      'implicitly-denied',
    ],
    [
      'an action without resource types, permission on *',
      [allow({ Action: 'cloudwatch:PutMetricData', Resource: '*' })],
      'cloudwatch:PutMetricData',
      '*',
      'allowed',
    ],
  ] as const)('%s', (_name, statements, action, resource, expected) => {
    expect(decide(statements, action, resource)).toBe(expected);
  });
});

describe('policy variables', () => {
  const own = (Resource: string): PolicyStatement[] => [allow({ Action: 's3:GetObject', Resource })];
  const key = (name: string): string => `arn:aws:s3:::bucket/${name}`;
  it.each([
    [
      'the value of the request',
      own('arn:aws:s3:::bucket/${aws:username}/*'),
      key('ann/x'),
      { 'aws:username': 'ann' },
      'allowed',
    ],
    [
      'another value',
      own('arn:aws:s3:::bucket/${aws:username}/*'),
      key('bob/x'),
      { 'aws:username': 'ann' },
      'implicitly-denied',
    ],
    ['no value', own('arn:aws:s3:::bucket/${aws:username}/*'), key('ann/x'), {}, 'implicitly-denied'],
    [
      'no value but a default',
      own("arn:aws:s3:::bucket/${aws:username, 'shared'}/*"),
      key('shared/x'),
      {},
      'allowed',
    ],
    [
      'an asterisk in a value is no wildcard',
      own('arn:aws:s3:::bucket/${aws:username}'),
      key('anyone'),
      { 'aws:username': '*' },
      'implicitly-denied',
    ],
    ['a literal asterisk matches itself', own('arn:aws:s3:::bucket/${*}'), key('*'), {}, 'allowed'],
    [
      'a literal asterisk matches nothing else',
      own('arn:aws:s3:::bucket/${*}'),
      key('x'),
      {},
      'implicitly-denied',
    ],
  ] as const)('%s', (_name, statements, resource, context, expected) => {
    expect(decide(statements, 's3:GetObject', resource, context)).toBe(expected);
  });

  it('are plain text in a document without the newer version', () => {
    const document = { Statement: own('arn:aws:s3:::bucket/${aws:username}') };
    const request = { action: 's3:GetObject', resource: key('ann'), context: { 'aws:username': 'ann' } };
    expect(evaluate({ identity: [document] }, request).outcome).toBe('implicitly-denied');
  });
});

describe('limits', () => {
  const wide = { Version: '2012-10-17', Statement: allow({ Action: '*', Resource: '*' }) };
  const narrow = { Version: '2012-10-17', Statement: allow({ Action: 'rds:*', Resource: '*' }) };
  const forbids = { Version: '2012-10-17', Statement: deny({ Action: 'rds:Delete*', Resource: '*' }) };
  const ask = (identity: object, limit: object, action: string) =>
    evaluate(
      { identity: [identity as never], limits: [{ kind: 'permissions boundary', document: limit as never }] },
      { action, resource: '*', context: {} },
    );

  it('allow what both allow', () => {
    expect(ask(wide, narrow, 'rds:FailoverDBCluster').outcome).toBe('allowed');
  });

  it('deny what the boundary does not allow, and say that it was the boundary', () => {
    expect(ask(wide, narrow, 's3:GetObject')).toEqual({
      outcome: 'implicitly-denied',
      by: 'permissions boundary',
    });
  });

  it('grant nothing themselves', () => {
    expect(ask({ Statement: [] }, wide, 'rds:X')).toEqual({
      outcome: 'implicitly-denied',
      by: 'identity-based policy',
    });
  });

  it('deny explicitly', () => {
    expect(ask(wide, forbids, 'rds:DeleteDBCluster')).toEqual({
      outcome: 'explicitly-denied',
      by: 'permissions boundary',
    });
  });
});
