/** Condition operators, one case each, from the IAM User Guide. */

import { describe, expect, it } from 'vitest';
import { type RequestContext, evaluate } from '../../../../proving/twin/iam/index.ts';

function holdsFor(Condition: object, context: RequestContext): boolean {
  const Statement = { Effect: 'Allow' as const, Action: '*', Resource: '*', Condition: Condition as never };
  const request = { action: 'a:B', resource: '*', context };
  return evaluate({ identity: [{ Version: '2012-10-17', Statement }] }, request).outcome === 'allowed';
}

describe('conditions', () => {
  it.each([
    ['StringEquals', { StringEquals: { 'aws:x': ['a', 'b'] } }, { 'aws:x': 'b' }, true],
    ['StringEquals, other case', { StringEquals: { 'aws:x': 'a' } }, { 'aws:x': 'A' }, false],
    ['StringEquals, key missing', { StringEquals: { 'aws:x': 'a' } }, {}, false],
    ['StringEquals has no wildcards', { StringEquals: { 'aws:x': 'a*' } }, { 'aws:x': 'ab' }, false],
    ['keys are compared without case', { StringEquals: { 'AWS:X': 'a' } }, { 'aws:x': 'a' }, true],
    ['StringEqualsIgnoreCase', { StringEqualsIgnoreCase: { 'aws:x': 'a' } }, { 'aws:x': 'A' }, true],
    ['StringNotEquals of both', { StringNotEquals: { 'aws:x': ['a', 'b'] } }, { 'aws:x': 'b' }, false],
    ['StringNotEquals, key missing', { StringNotEquals: { 'aws:x': 'a' } }, {}, true],
    ['StringLike', { StringLike: { 'aws:x': 'team-*' } }, { 'aws:x': 'team-1' }, true],
    ['StringNotLike', { StringNotLike: { 'aws:x': 'team-?' } }, { 'aws:x': 'team-12' }, true],
    ['IfExists, key missing', { StringEqualsIfExists: { 'aws:x': 'a' } }, {}, true],
    ['IfExists, key there and wrong', { StringEqualsIfExists: { 'aws:x': 'a' } }, { 'aws:x': 'b' }, false],
    ['NumericLessThan', { NumericLessThan: { 's3:max-keys': 10 } }, { 's3:max-keys': '9' }, true],
    [
      'NumericLessThanEquals, border',
      { NumericLessThanEquals: { 's3:max-keys': '10' } },
      { 's3:max-keys': '10' },
      true,
    ],
    ['NumericGreaterThan, border', { NumericGreaterThan: { 'a:n': '10' } }, { 'a:n': '10' }, false],
    ['NumericEquals of text', { NumericEquals: { 'a:n': '10' } }, { 'a:n': 'ten' }, false],
    ['NumericNotEquals', { NumericNotEquals: { 'a:n': '10' } }, { 'a:n': '11' }, true],
    [
      'DateEquals',
      { DateEquals: { 'aws:t': '2026-01-01T00:00:00Z' } },
      { 'aws:t': '2026-01-01T01:00:00+01:00' },
      true,
    ],
    [
      'DateEquals with seconds since 1970',
      { DateEquals: { 'aws:t': '1767225600' } },
      { 'aws:t': '2026-01-01T00:00:00Z' },
      true,
    ],
    ['DateLessThan', { DateLessThan: { 'aws:t': '2026-01-01' } }, { 'aws:t': '2025-12-31T23:59:59Z' }, true],
    [
      'DateLessThanEquals, border',
      { DateLessThanEquals: { 'aws:t': '2026-01-01' } },
      { 'aws:t': '2026-01-01T00:00:00Z' },
      true,
    ],
    [
      'DateGreaterThan, border',
      { DateGreaterThan: { 'aws:t': '2026-01-01' } },
      { 'aws:t': '2026-01-01' },
      false,
    ],
    [
      'DateGreaterThanEquals, border',
      { DateGreaterThanEquals: { 'aws:t': '2026-01-01' } },
      { 'aws:t': '2026-01-01' },
      true,
    ],
    ['DateNotEquals', { DateNotEquals: { 'aws:t': '2026-01-01' } }, { 'aws:t': '2026-01-02' }, true],
    ['Bool', { Bool: { 'aws:SecureTransport': 'true' } }, { 'aws:SecureTransport': 'true' }, true],
    [
      'Bool given as a boolean',
      { Bool: { 'aws:SecureTransport': false } },
      { 'aws:SecureTransport': 'true' },
      false,
    ],
    ['BinaryEquals', { BinaryEquals: { 'a:b': 'QmluYXJ5' } }, { 'a:b': 'QmluYXJ5' }, true],
    ['Null true, key missing', { Null: { 'sts:ExternalId': 'true' } }, {}, true],
    ['Null true, key there', { Null: { 'sts:ExternalId': 'true' } }, { 'sts:ExternalId': 'x' }, false],
    ['Null false, key there', { Null: { 'sts:ExternalId': 'false' } }, { 'sts:ExternalId': 'x' }, true],
    [
      'ArnLike',
      { ArnLike: { 'aws:SourceArn': 'arn:aws:events:*:*:rule/demo-*' } },
      { 'aws:SourceArn': 'arn:aws:events:us-east-1:1:rule/demo-a' },
      true,
    ],
    [
      'ArnEquals takes wildcards too',
      { ArnEquals: { 'aws:SourceArn': 'arn:aws:s3:::*' } },
      { 'aws:SourceArn': 'arn:aws:s3:::b' },
      true,
    ],
    [
      'ArnLike keeps its components apart',
      { ArnLike: { 'aws:SourceArn': 'arn:aws:*:rule/x' } },
      { 'aws:SourceArn': 'arn:aws:events:us-east-1:1:rule/x' },
      false,
    ],
    [
      'ArnNotLike',
      { ArnNotLike: { 'aws:SourceArn': 'arn:aws:s3:::a' } },
      { 'aws:SourceArn': 'arn:aws:s3:::b' },
      true,
    ],
    [
      'IpAddress inside',
      { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } },
      { 'aws:SourceIp': '10.255.0.1' },
      true,
    ],
    [
      'IpAddress outside',
      { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } },
      { 'aws:SourceIp': '11.0.0.1' },
      false,
    ],
    [
      'IpAddress of one host',
      { IpAddress: { 'aws:SourceIp': '10.1.2.3' } },
      { 'aws:SourceIp': '10.1.2.3' },
      true,
    ],
    [
      'IpAddress, odd border',
      { IpAddress: { 'aws:SourceIp': '192.168.4.0/22' } },
      { 'aws:SourceIp': '192.168.7.255' },
      true,
    ],
    [
      'IpAddress of IPv6',
      { IpAddress: { 'aws:SourceIp': '2001:DB8:1234:5678::/64' } },
      { 'aws:SourceIp': '2001:db8:1234:5678:1::9' },
      true,
    ],
    [
      'IpAddress of the other family',
      { IpAddress: { 'aws:SourceIp': '::/0' } },
      { 'aws:SourceIp': '10.0.0.1' },
      false,
    ],
    [
      'NotIpAddress',
      { NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } },
      { 'aws:SourceIp': '11.0.0.1' },
      true,
    ],
    [
      'ForAllValues, all inside',
      { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['outcome#*', 'a'] } },
      { 'dynamodb:LeadingKeys': ['outcome#1', 'a'] },
      true,
    ],
    [
      'ForAllValues, one outside',
      { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['a'] } },
      { 'dynamodb:LeadingKeys': ['a', 'b'] },
      false,
    ],
    [
      'ForAllValues, key missing',
      { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['a'] } },
      {},
      true,
    ],
    [
      'ForAnyValue, one inside',
      { 'ForAnyValue:StringEquals': { 'a:k': ['a'] } },
      { 'a:k': ['b', 'a'] },
      true,
    ],
    ['ForAnyValue, key missing', { 'ForAnyValue:StringEquals': { 'a:k': ['a'] } }, {}, false],
    [
      'ForAnyValue with a negated test',
      { 'ForAnyValue:StringNotEquals': { 'a:k': ['a'] } },
      { 'a:k': ['a', 'b'] },
      true,
    ],
    [
      'ForAllValues with a negated test',
      { 'ForAllValues:StringNotEquals': { 'a:k': ['a'] } },
      { 'a:k': ['a', 'b'] },
      false,
    ],
    [
      'two operators, one fails',
      { StringEquals: { 'a:x': '1' }, Bool: { 'a:y': 'true' } },
      { 'a:x': '1', 'a:y': 'false' },
      false,
    ],
    ['two keys, one fails', { StringEquals: { 'a:x': '1', 'a:y': '2' } }, { 'a:x': '1', 'a:y': '3' }, false],
    [
      'a variable in the value',
      { StringEquals: { 'a:x': '${aws:username}' } },
      { 'a:x': 'ann', 'aws:username': 'ann' },
      true,
    ],
  ] as const)('%s', (_name, condition, context, holds) => {
    expect(holdsFor(condition, context)).toBe(holds);
  });

  it('refuses an operator that IAM does not have', () => {
    expect(() => holdsFor({ StringSame: { 'a:b': 'c' } }, { 'a:b': 'c' })).toThrow('StringSame');
  });
});
