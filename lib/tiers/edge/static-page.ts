import { RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import type * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import * as origins from 'aws-cdk-lib/aws-cloudfront-origins';
import * as targets from 'aws-cdk-lib/aws-route53-targets';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { InvalidInput, type Fault } from '../../../core/errors.ts';
import { CLOUDFRONT_REGION } from '../../../core/profile/index.ts';
import { DOMAIN_NAME } from '../../../core/profile/names.ts';
import { requiredTextAt } from '../../../core/profile/reading.ts';
import type { FailoverTarget } from './failover-props.ts';
import { acknowledgePage } from './findings.ts';
import { pageFits, pageFunction } from './page-function.ts';

export interface StaticPageProps {
  /** The name that clients know: CloudFront answers for no other. */
  readonly domain: string;
  /** Of the domain, in us-east-1, the one Region whose certificates CloudFront takes. */
  readonly certificate: acm.ICertificate;
  /** The page, about 9 KB at most. What it shows beside text lies below `/page/`. @default - says to come back later */
  readonly html?: string;
}

/** What the page may refer to: the bucket's files below this path. */
const FILES = '/page/*';
const PAGE_DEFAULT = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Back soon</title>
<p>We cannot answer right now. Please come back in a few minutes.</p>
</html>
`;

/**
 * What answers when nothing of the environment does: one page with the status 503, for every path and method. CloudFront
 * itself answers with it at its edges, so it needs nothing of the Region. Files that it shows, such as a logo, come from
 * a private bucket that only this distribution reads, and that the team fills.
 * @throws InvalidInput where CloudFront would refuse the certificate, the name or the size of the page
 */
export class StaticPage extends Construct {
  /** Files below `page/` are served. */
  readonly bucket: s3.Bucket;
  readonly distribution: cloudfront.Distribution;
  /** For the SECONDARY of a `FailoverEndpoint`. Route 53 cannot ask CloudFront how it is. */
  readonly target: FailoverTarget;

  constructor(scope: Construct, id: string, props: StaticPageProps) {
    super(scope, id);
    checkStaticPage(props);
    this.bucket = new s3.Bucket(this, 'Bucket', {
      encryption: s3.BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.distribution = this.makeDistribution(props);
    this.node.defaultChild = this.distribution;
    this.target = {
      dnsName: this.distribution.distributionDomainName,
      hostedZoneId: targets.CloudFrontTarget.getHostedZoneId(this),
      evaluateTargetHealth: false,
    };
    acknowledgePage(this.bucket, this.distribution);
  }

  private makeDistribution({
    domain,
    certificate,
    html = PAGE_DEFAULT,
  }: StaticPageProps): cloudfront.Distribution {
    const page = new cloudfront.Function(this, 'Page', {
      comment: `What ${domain} answers when its balancer does not.`,
      runtime: cloudfront.FunctionRuntime.JS_2_0,
      code: cloudfront.FunctionCode.fromInline(pageFunction(html)),
    });
    const files = {
      origin: origins.S3BucketOrigin.withOriginAccessControl(this.bucket),
      viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      responseHeadersPolicy: cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS,
    };
    return new cloudfront.Distribution(this, 'Distribution', {
      comment: `The secondary of ${domain}.`,
      domainNames: [domain],
      certificate,
      minimumProtocolVersion: cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
      priceClass: cloudfront.PriceClass.PRICE_CLASS_100,
      defaultBehavior: {
        ...files,
        allowedMethods: cloudfront.AllowedMethods.ALLOW_ALL,
        functionAssociations: [{ function: page, eventType: cloudfront.FunctionEventType.VIEWER_REQUEST }],
      },
      additionalBehaviors: { [FILES]: files },
    });
  }
}

function checkStaticPage({ domain, certificate, html = '' }: StaticPageProps): void {
  const faults: Fault[] = [];
  requiredTextAt(faults, 'domain', domain, DOMAIN_NAME);
  const { certificateArn } = certificate;
  const region = Token.isUnresolved(certificateArn)
    ? Stack.of(certificate).region
    : certificateArn.split(':')[3]!;
  if (!Token.isUnresolved(region) && region !== CLOUDFRONT_REGION) {
    const rule = `must be in ${CLOUDFRONT_REGION}: CloudFront takes no certificate of another Region`;
    const fix = `ask for one in ${CLOUDFRONT_REGION}`;
    faults.push({ field: 'certificate', value: region, rule, fix });
  }
  if (!pageFits(html)) {
    const rule = 'is too large for the function that answers with it, 10 KB as JavaScript';
    const fix = 'move what it shows to files of the bucket, below page/';
    faults.push({ field: 'html', value: `${html.length} characters`, rule, fix });
  }
  if (faults.length > 0) throw new InvalidInput(`The static page of '${domain}'`, faults);
}
