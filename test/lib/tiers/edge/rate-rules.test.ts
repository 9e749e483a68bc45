import { Duration, Stack } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { aclOf, made, QUOTAS, quotasOf } from './rules.ts';

describe('the web ACL', () => {
  it('by default limits each address to what one caller may send, and says when to come back', () => {
    expect(aclOf()).toEqual({
      Scope: 'REGIONAL',
      Description: 'Limits what one address may send to demo.',
      DefaultAction: { Allow: {} },
      CustomResponseBodies: {
        refused: {
          ContentType: 'APPLICATION_JSON',
          Content: '{"error":"address-limit","message":"Too many requests from your address."}',
        },
      },
      VisibilityConfig: {
        CloudWatchMetricsEnabled: true,
        SampledRequestsEnabled: true,
        MetricName: 'understudy-demo',
      },
      Rules: [
        {
          Name: 'quotes',
          Priority: 0,
          Action: {
            Block: {
              CustomResponse: {
                ResponseCode: 429,
                CustomResponseBodyKey: 'refused',
                ResponseHeaders: [
                  { Name: 'Retry-After', Value: '60' },
                  { Name: 'Cache-Control', Value: 'no-store' },
                ],
              },
            },
          },
          Statement: {
            RateBasedStatement: { Limit: 40 * 61, EvaluationWindowSec: 60, AggregateKeyType: 'IP' },
          },
          VisibilityConfig: {
            CloudWatchMetricsEnabled: true,
            SampledRequestsEnabled: true,
            MetricName: 'understudy-demo-quotes',
          },
        },
      ],
    });
  });

  it('limits an address whatever it asks for, behind the rules of resources', () => {
    const { Rules } = aclOf({ requestsPerAddress: 500 });
    expect(Rules).toMatchObject([
      { Name: 'quotes', Priority: 0 },
      {
        Name: 'address',
        Priority: 1,
        Statement: {
          RateBasedStatement: { Limit: 500, EvaluationWindowSec: 60, AggregateKeyType: 'IP' },
        },
        VisibilityConfig: { MetricName: 'understudy-demo-address' },
      },
    ]);
    expect(Rules[1].Statement.RateBasedStatement).not.toHaveProperty('ScopeDownStatement');
    expect(aclOf({ rules: [], requestsPerAddress: 500 }).Rules).toMatchObject([{ Name: 'address' }]);
  });

  it('takes everything that can be said at once', () => {
    const acl = aclOf({
      rules: [
        { quotas: QUOTAS, pathPrefix: '/quotes', callerPerS: 5, callersPerAddress: 3 },
        { quotas: quotasOf({ capacityPerS: 7, burstS: 10 }, 'orders') },
      ],
      window: Duration.minutes(5),
      forwarded: { headerName: 'True-Client-IP', fallback: 'NO_MATCH' },
      allowed: ['192.0.2.0/24', '2001:db8::/32', '198.51.100.7/32'],
      allowedIpSetArns: ['arn:aws:wafv2:eu-west-1:123456789012:regional/ipset/known/1-2'],
      mode: 'observe',
    });
    const [exempt, quotes, orders] = acl.Rules;
    expect(exempt).toMatchObject({ Name: 'exempt_addresses', Priority: 0, Action: { Allow: {} } });
    const sets = exempt.Statement.OrStatement.Statements.map((one: any) => one.IPSetReferenceStatement);
    expect(sets.map(({ Arn }: any) => Arn)).toEqual([
      { 'Fn::GetAtt': [expect.stringMatching(/IPV4/), 'Arn'] },
      { 'Fn::GetAtt': [expect.stringMatching(/IPV6/), 'Arn'] },
      'arn:aws:wafv2:eu-west-1:123456789012:regional/ipset/known/1-2',
    ]);
    for (const { IPSetForwardedIPConfig } of sets) {
      expect(IPSetForwardedIPConfig).toEqual({
        HeaderName: 'True-Client-IP',
        FallbackBehavior: 'NO_MATCH',
        Position: 'FIRST',
      });
    }
    expect(quotes.Action).toEqual({ Count: {} });
    expect(quotes.Statement.RateBasedStatement).toEqual({
      Limit: 5 * 301 * 3,
      EvaluationWindowSec: 300,
      AggregateKeyType: 'FORWARDED_IP',
      ForwardedIPConfig: { HeaderName: 'True-Client-IP', FallbackBehavior: 'NO_MATCH' },
      ScopeDownStatement: {
        ByteMatchStatement: {
          FieldToMatch: { UriPath: {} },
          PositionalConstraint: 'STARTS_WITH',
          SearchString: '/quotes',
          TextTransformations: [
            { Priority: 0, Type: 'URL_DECODE' },
            { Priority: 1, Type: 'NORMALIZE_PATH' },
          ],
        },
      },
    });
    expect([quotes.Priority, orders.Priority]).toEqual([1, 2]);
    expect(orders.Statement.RateBasedStatement.Limit).toBe(7 * 310);
  });

  it('by a forwarded address refuses what has no valid one, unless told otherwise', () => {
    const [rule] = aclOf({ forwarded: {} }).Rules;
    expect(rule.Statement.RateBasedStatement).toMatchObject({
      AggregateKeyType: 'FORWARDED_IP',
      ForwardedIPConfig: { HeaderName: 'X-Forwarded-For', FallbackBehavior: 'MATCH' },
    });
  });

  it('keeps exempt addresses by their version, in sets of its own', () => {
    const { template } = made({ allowed: ['192.0.2.0/24', '2001:db8::/32', '198.51.100.7/32'] });
    template.resourceCountIs('AWS::WAFv2::IPSet', 2);
    template.hasResourceProperties('AWS::WAFv2::IPSet', {
      Scope: 'REGIONAL',
      IPAddressVersion: 'IPV4',
      Addresses: ['192.0.2.0/24', '198.51.100.7/32'],
    });
    const [exempt] = aclOf({ allowed: ['2001:db8::/32'] }).Rules;
    expect(exempt.Statement).toEqual({ IPSetReferenceStatement: { Arn: expect.anything() } });
  });

  it('says the given time to come back', () => {
    const [rule] = aclOf({ retryAfter: Duration.seconds(5) }).Rules;
    expect(rule.Action.Block.CustomResponse.ResponseHeaders[0]).toEqual({ Name: 'Retry-After', Value: '5' });
  });

  it('is attached by its ARN, and measured by rule', () => {
    const { rules } = made();
    const stack = Stack.of(rules);
    expect(stack.resolve(rules.webAclArn)).toEqual({
      'Fn::GetAtt': [expect.stringMatching(/WebAcl/), 'Arn'],
    });
    expect(rules.node.defaultChild).toBe(rules.webAcl);
    expect(stack.resolve(rules.metricRefused('quotes').toMetricConfig().metricStat)).toMatchObject({
      namespace: 'AWS/WAFV2',
      metricName: 'BlockedRequests',
      statistic: 'Sum',
      dimensions: [
        { name: 'Region', value: 'eu-west-1' },
        { name: 'Rule', value: 'understudy-demo-quotes' },
        { name: 'WebACL', value: 'understudy-demo' },
      ],
    });
    expect(rules.metricRefused('quotes').period.toSeconds()).toBe(60);
    expect(made({ mode: 'observe' }).rules.metricRefused('quotes').metricName).toBe('CountedRequests');
  });

  it('leaves the choice of everything but the limit to WAF where nothing is said', () => {
    made().template.hasResourceProperties('AWS::WAFv2::WebACL', { Name: Match.absent() });
  });
});
