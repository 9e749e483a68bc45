import { runInNewContext } from 'node:vm';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { InvalidInput } from '../../../../core/errors.ts';
import { StaticPage, type StaticPageProps } from '../../../../lib/index.ts';
import { certificateIn, newStack, resourcesIn } from './alone.ts';

function pageOf(change: Partial<StaticPageProps> = {}, region = 'us-east-1') {
  const stack = newStack('us-east-1');
  const certificate = certificateIn(stack, region);
  const page = new StaticPage(stack, 'Page', { domain: 'shop.example.com', certificate, ...change });
  return { stack, page };
}

/** What CloudFront would answer: the deployed function, run. */
function answerOf(change: Partial<StaticPageProps> = {}): any {
  const [made] = resourcesIn(pageOf(change).stack, 'AWS::CloudFront::Function');
  const { FunctionCode: code, FunctionConfig: config } = made!.Properties;
  expect(config.Runtime).toBe('cloudfront-js-2.0');
  return runInNewContext(`${code}; handler({ request: { method: 'POST', uri: '/basket' } })`);
}

describe('the page', () => {
  it('is answered to everything with 503, and kept by nobody', () => {
    const answer = answerOf();
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['cache-control'].value).toBe('no-store');
    expect(answer.headers['retry-after'].value).toBe('60');
    expect(answer.body.data).toMatch(/come back in a few minutes/);
  });

  it('can be the team’s own, with any character in it', () => {
    const html = '<p>“Später” \\ `${x}` "quoted"\n</p>';
    expect(answerOf({ html }).body.data).toBe(html);
  });

  it('answers all methods at the edge, but what lies below /page/, which the bucket has', () => {
    const [distribution] = resourcesIn(pageOf().stack, 'AWS::CloudFront::Distribution');
    const { DefaultCacheBehavior, CacheBehaviors, Aliases, ViewerCertificate, Origins } =
      distribution!.Properties['DistributionConfig'];
    expect(DefaultCacheBehavior.AllowedMethods).toContain('POST');
    expect(DefaultCacheBehavior.FunctionAssociations).toMatchObject([{ EventType: 'viewer-request' }]);
    expect(CacheBehaviors).toMatchObject([{ PathPattern: '/page/*' }]);
    expect(CacheBehaviors[0]).not.toHaveProperty('FunctionAssociations');
    expect(Aliases).toEqual(['shop.example.com']);
    expect(ViewerCertificate).toMatchObject({ MinimumProtocolVersion: 'TLSv1.2_2021' });
    expect(Origins[0]).toHaveProperty('OriginAccessControlId');
  });

  it('has a bucket that only its distribution reads', () => {
    const { stack } = pageOf();
    Template.fromStack(stack).hasResourceProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: { BlockPublicPolicy: true, RestrictPublicBuckets: true },
    });
    const [policy] = resourcesIn(stack, 'AWS::S3::BucketPolicy');
    const allowed = policy!.Properties['PolicyDocument'].Statement.filter(
      (one: any) => one.Effect === 'Allow',
    );
    expect(allowed).toMatchObject([
      {
        Action: 's3:GetObject',
        Principal: { Service: 'cloudfront.amazonaws.com' },
        Condition: { StringEquals: { 'AWS:SourceArn': expect.anything() } },
      },
    ]);
  });

  it('is a target that Route 53 must not ask', () => {
    expect(pageOf().page.target.evaluateTargetHealth).toBe(false);
  });
});

describe('fails at synthesis', () => {
  it.each<[string, () => unknown, RegExp]>([
    [
      'for a certificate of another Region',
      () => pageOf({}, 'eu-west-1'),
      /certificate = "eu-west-1": must be in us-east-1.*Fix: ask for one in us-east-1/,
    ],
    ['for a name that is none', () => pageOf({ domain: 'shop' }), /domain = "shop": must be a domain name/],
    [
      'for a page that the function cannot hold',
      () => pageOf({ html: 'x'.repeat(10_000) }),
      /html = "10000 characters": is too large.*Fix: move what it shows to files/,
    ],
  ])('%s', (_what, make, message) => {
    expect(make).toThrow(InvalidInput);
    expect(make).toThrow(message);
  });
});
