import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { App, Duration, Stack, Token } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInput } from '../../../../core/errors.ts';
import { admitNs, gcraOf, NEVER_SEEN, readQuotas, waitNs } from '../../../../core/throttle/index.ts';
import { EdgeRateRules, type EdgeRateRulesProps, type ResourceQuotas } from '../../../../lib/index.ts';
import {
  addressLimit,
  LIMIT_MIN,
  mostOfOneCaller,
  WINDOWS_S,
} from '../../../../lib/tiers/edge/address-limit.ts';
import { testApp } from '../../synth.ts';

function quotasOf(document: object, resource = 'quotes'): ResourceQuotas {
  const { quotas, faults } = readQuotas({ field: 'quotas', resource, application: 'shop' }, document);
  expect(faults).toEqual([]);
  return quotas;
}

const QUOTAS = quotasOf({
  capacityPerS: 100,
  callers: { 'price-comparison': { floorPerS: 10, limitPerS: 40 } },
  others: { limitPerS: 20 },
});

function made(props: Partial<EdgeRateRulesProps> = {}): { rules: EdgeRateRules; template: Template } {
  const stack = new Stack(testApp(), 'Edge', { env: { region: 'eu-west-1' } });
  const rules = new EdgeRateRules(stack, 'RateRules', {
    environmentName: 'demo',
    rules: [{ quotas: QUOTAS }],
    ...props,
  });
  return { rules, template: Template.fromStack(stack) };
}

function aclOf(props: Partial<EdgeRateRulesProps> = {}): any {
  const [acl] = Object.values(made(props).template.findResources('AWS::WAFv2::WebACL'));
  return acl!['Properties'];
}

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

describe('the limit', () => {
  it('is that of the caller that may send most, the capacity where one has no limit', () => {
    expect(mostOfOneCaller(QUOTAS)).toBe(40);
    expect(
      mostOfOneCaller(quotasOf({ capacityPerS: 100, callers: { big: {} }, others: { limitPerS: 5 } })),
    ).toBe(100);
    expect(mostOfOneCaller(quotasOf({ capacityPerS: 100, others: { limitPerS: 5 } }))).toBe(5);
  });

  it('never stops a caller that the exact guard in the process admits (I-24)', () => {
    const inputs = fc.record({
      perSecond: fc.double({ min: 0.2, max: 5, noNaN: true }),
      burstS: fc.double({ min: 0.1, max: 20, noNaN: true }),
      windowS: fc.constantFrom(60, 120),
      gapsMs: fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 300, maxLength: 600 }),
    });
    fc.assert(
      fc.property(inputs, ({ perSecond, burstS, windowS, gapsMs }) => {
        const burst = Math.max(1, Math.ceil(perSecond * burstS));
        const gcra = gcraOf({ perSecond, burst });
        const admitted: number[] = [];
        let state = NEVER_SEEN;
        let nowMs = 1000;
        for (const gap of gapsMs) {
          nowMs += gap;
          if (waitNs(state, nowMs * 1e6, gcra, 1) > 0) continue;
          state = admitNs(state, nowMs * 1e6, gcra, 1);
          admitted.push(nowMs);
        }
        const quotas = quotasOf({ capacityPerS: 1e4, burstS });
        const limit = addressLimit({ quotas, perSecond, callersPerAddress: 1, windowS });
        expect(most(admitted, windowS * 1000)).toBeLessThanOrEqual(limit);
      }),
      { numRuns: 20 },
    );
  });

  it('is legal for WAF at every window', () => {
    for (const windowS of WINDOWS_S) {
      const limit = addressLimit({ quotas: QUOTAS, perSecond: 20, callersPerAddress: 1, windowS });
      expect(limit).toBe(20 * (windowS + 1));
      expect(limit).toBeGreaterThanOrEqual(LIMIT_MIN);
    }
  });
});

/** The most entries of an ascending list within any window that long. */
function most(times: readonly number[], windowMs: number): number {
  let first = 0;
  return times.reduce((found, time, index) => {
    while (time - times[first]! >= windowMs) first += 1;
    return Math.max(found, index - first + 1);
  }, 0);
}

describe('bad input fails at synthesis, naming field, value, rule and fix', () => {
  const rule = { quotas: QUOTAS };
  it.each<[string, Partial<EdgeRateRulesProps>, RegExp]>([
    [
      'window',
      { window: Duration.seconds(90) },
      /window = 90: must be one of 60, 120, 300, 600 seconds.*Fix: leave it out/,
    ],
    [
      'window known later',
      { window: Duration.seconds(Token.asNumber({ Ref: 'Window' })) },
      /window = "known at deployment only": must be one of/,
    ],
    ['no rule', { rules: [] }, /rules = 0: must be 1 to 10 rules/],
    [
      'too many rules',
      { rules: Array.from({ length: 11 }, (_, n) => ({ quotas: quotasOf({ capacityPerS: 1 }, `r${n}x`) })) },
      /rules = 11: must be 1 to 10 rules/,
    ],
    ['one resource twice', { rules: [rule, rule] }, /rules = \["quotes"\]: must name each resource once/],
    [
      'a limit below WAF’s',
      { rules: [{ ...rule, callerPerS: 0.1 }] },
      /rules\[0\] = "7 requests in 60 s": is below 10 requests in a window.*Fix: raise the rate or take a longer window/,
    ],
    [
      'a limit above WAF’s',
      { rules: [{ ...rule, callerPerS: 1e6, callersPerAddress: 10_000 }] },
      /rules\[0\] = "610000000000 requests in 60 s": is above 2000000000 requests/,
    ],
    [
      'no rate',
      { rules: [{ ...rule, callerPerS: 0 }] },
      /rules\[0\]\.callerPerS = 0: must be a number above 0/,
    ],
    [
      'a rate known later',
      { rules: [{ ...rule, callerPerS: Token.asNumber({ Ref: 'Rate' }) }] },
      /rules\[0\]\.callerPerS = .*must be a number above 0 that is known at synthesis/,
    ],
    [
      'half a caller',
      { rules: [{ ...rule, callersPerAddress: 0.5 }] },
      /rules\[0\]\.callersPerAddress = 0\.5: must be a whole number from 1 to 10000/,
    ],
    [
      'a path that is none',
      { rules: [{ ...rule, pathPrefix: 'quotes' }] },
      /rules\[0\]\.pathPrefix = "quotes": must begin with \//,
    ],
    [
      'a path that is encoded',
      { rules: [{ ...rule, pathPrefix: '/%71uotes' }] },
      /pathPrefix = "\/%71uotes"/,
    ],
    [
      'a path that is not normalized',
      { rules: [{ ...rule, pathPrefix: '/a/../quotes' }] },
      /pathPrefix = .*normalized/,
    ],
    [
      'a header',
      { forwarded: { headerName: 'a b' } },
      /forwarded\.headerName = "a b": must be 1 to 255 letters/,
    ],
    [
      'a fallback',
      { forwarded: { fallback: 'no' as never } },
      /forwarded\.fallback = "no": must be MATCH or NO_MATCH/,
    ],
    [
      'an address',
      { allowed: ['192.0.2.1'] },
      /allowed\[0\] = "192\.0\.2\.1": must be a block of IPv4 or IPv6/,
    ],
    ['every address', { allowed: ['0.0.0.0/0'] }, /allowed\[0\] = .*not of all of them/],
    ['a block of a wrong size', { allowed: ['192.0.2.1/33'] }, /allowed\[0\]/],
    [
      'a set of another scope',
      { allowedIpSetArns: ['arn:aws:wafv2:us-east-1:123456789012:global/ipset/a/b'] },
      /allowedIpSetArns\[0\] = .*regional IP set/,
    ],
    ['a mode', { mode: 'off' as never }, /mode = "off": must be act or observe/],
    [
      'a time to come back',
      { retryAfter: Duration.hours(2) },
      /retryAfter = 7200: must be 1 to 3600 whole seconds/,
    ],
    ['half a second', { retryAfter: Duration.millis(500) }, /retryAfter = .*no whole seconds/],
    ['a name for metrics', { environmentName: 'a b' }, /environmentName = "a b"/],
  ])('fails for %s', (_what, props, message) => {
    const attempt = (): unknown => made(props);
    expect(attempt).toThrow(InvalidInput);
    expect(attempt).toThrow(message);
  });

  it('fails once for everything that is wrong', () => {
    const attempt = (): unknown =>
      made({ window: Duration.seconds(1), allowed: ['x'], mode: 'off' as never });
    expect(attempt).toThrow(/window = 1.*mode = "off".*allowed\[0\] = "x"/s);
  });

  it('takes a set whose ARN is known at deployment', () => {
    expect(() => made({ allowedIpSetArns: [Token.asString({ 'Fn::ImportValue': 'set' })] })).not.toThrow();
  });
});

describe("cdk-nag's AwsSolutions", () => {
  it('has no finding', () => {
    const app = `
      import { App, Stack, Validations } from 'aws-cdk-lib';
      import { AwsSolutionsChecks } from 'cdk-nag';
      import { rules } from './test/lib/tiers/edge/example.ts';
      const app = rules.node.root;
      Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
      app.synth();
      console.log('checked');
    `;
    const cwd = new URL('../../../../', import.meta.url);
    const args = ['--input-type=module-typescript', '--eval', app];
    const { CDK_VALIDATION: _off, ...env } = process.env;
    const output = execFileSync(process.execPath, args, { cwd, env, encoding: 'utf8' });
    expect(output).toContain('checked');
  });
});

describe('the README', () => {
  const read = (file: string): string => readFileSync(new URL(file, import.meta.url), 'utf8');
  const readme = read('../../../../lib/tiers/edge/README.md');

  it('shows the example that is compiled, and that synthesizes without an account', async () => {
    const shown = /```ts\n([\s\S]*?)```/.exec(readme)![1];
    expect(shown).toBe(read('./example.ts').replace('../../../../lib/index.ts', 'understudy'));
    const { rules } = await import('./example.ts');
    expect(rules.node.root).toBeInstanceOf(App);
  });
});
