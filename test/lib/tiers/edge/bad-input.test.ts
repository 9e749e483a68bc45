import { Duration, Token } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { InvalidInput } from '../../../../core/errors.ts';
import { type EdgeRateRulesProps } from '../../../../lib/index.ts';
import { made, QUOTAS, quotasOf } from './rules.ts';

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
      'a limit of an address below WAF’s',
      { requestsPerAddress: 9 },
      /requestsPerAddress = 9: must be a whole number from 10 to 2000000000/,
    ],
    [
      'a resource of the name of the plain rule',
      { rules: [{ quotas: quotasOf({ capacityPerS: 9 }, 'address') }], requestsPerAddress: 10 },
      /rules = \["address"\]: must name each resource once/,
    ],
    [
      'ten resources and the plain rule',
      {
        rules: Array.from({ length: 10 }, (_, n) => ({ quotas: quotasOf({ capacityPerS: 1 }, `r${n}x`) })),
        requestsPerAddress: 10,
      },
      /rules = 11: must be 1 to 10 rules/,
    ],
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
