import { describe, expect, it } from 'vitest';
import { EPHEMERAL_MARK } from '../../../core/profile/lock.ts';
import { attributesOf } from '../tiers/edge/alone.ts';
import type { Resource } from '../synth.ts';
import { made, ofType, type Made } from './edge.ts';

const ELB = 'AWS::ElasticLoadBalancingV2';
const ZONE = { id: 'Z0123456789', name: 'example.com' };
const ARN = 'arn:aws:acm:us-east-1:111122223333:certificate/0a1b';

const recordsOf = (one: Made): readonly Record<string, any>[] =>
  ofType(one, 'AWS::Route53::RecordSet').map(([, { Properties }]) => Properties);
const expectedOf = ({ stack }: Made): readonly Record<string, any>[] => {
  const resolved = stack.resolve(stack.endpoint.records) as readonly Record<string, any>[];
  return resolved;
};

describe('the edge of the example', () => {
  const example = made();

  it('has a second balancer in front of the same tasks, each with a target group of its own', () => {
    const balancers = ofType(example, `${ELB}::LoadBalancer`);
    expect(balancers.map(([, { Properties }]) => Properties['Name'])).toEqual(['demo-edge-1', 'demo-edge-2']);
    const groups = ofType(example, `${ELB}::TargetGroup`).map(([id]) => id);
    const forwarded = ofType(example, `${ELB}::Listener`)
      .map(([, { Properties }]) => Properties['DefaultActions'][0].TargetGroupArn?.Ref as string | undefined)
      .filter((group) => group !== undefined);
    expect(groups).toHaveLength(2);
    expect(forwarded).toEqual(groups);
    expect(example.stack.securityGroups).toHaveLength(2);
  });

  it('tells the parts that use it the primary first', () => {
    const { stack, json } = example;
    const arns = stack.resolve(stack.balancers.map(({ loadBalancerArn }) => loadBalancerArn)) as unknown[];
    expect(arns).toEqual(ofType(example, `${ELB}::LoadBalancer`).map(([id]) => ({ Ref: id })));
    expect(JSON.stringify(json.Outputs['TargetGroups']!.Value)).toMatch(/Primary.*Second/);
    expect(JSON.stringify(json.Outputs['Balancers']!.Value)).toMatch(/Primary.*Second/);
    expect(json.Outputs['EdgeUrl']!.Value).toBe('https://shop.demo.example.com');
    expect(stack.resolve(stack.primaryName)).toEqual({
      'Fn::GetAtt': [ofType(example, `${ELB}::LoadBalancer`)[0]![0], 'DNSName'],
    });
    expect(stack.checkUrl).toBe('https://shop.demo.example.com/health');
  });

  it('answers with the primary, and with the second should the metric say so', () => {
    const [primary, secondary, ...more] = recordsOf(example);
    expect(more).toEqual([]);
    expect(primary).toMatchObject({ Failover: 'PRIMARY', Name: 'shop.demo.example.com.' });
    expect(JSON.stringify(primary!['AliasTarget'].DNSName)).toMatch(/dualstack\..*PrimaryBalancer/);
    expect(secondary).toMatchObject({ Failover: 'SECONDARY' });
    expect(JSON.stringify(secondary!['AliasTarget'].DNSName)).toMatch(/SecondBalancer/);
  });

  it('SEC-09: writes the records for the controller as JSON', () => {
    const { stack } = example;
    const [[, parts]] = Object.values(stack.resolve(stack.expectedRecords)) as [[string, readonly unknown[]]];
    const text = parts.map((part) => (typeof part === 'string' ? part : 'x')).join('');
    expect(JSON.parse(text)).toMatchObject([
      { name: 'shop.demo.example.com', type: 'A', failover: 'PRIMARY', setIdentifier: 'primary' },
      { name: 'shop.demo.example.com', type: 'A', failover: 'SECONDARY', healthCheckId: null },
    ]);
    expect(expectedOf(example)).toHaveLength(2);
  });

  it('has a certificate that a record of its zone validates', () => {
    const [[zone]] = ofType(example, 'AWS::Route53::HostedZone') as [[string, unknown]];
    const [[, certificate]] = ofType(example, 'AWS::CertificateManager::Certificate') as [[string, any]];
    expect(certificate.Properties).toMatchObject({
      DomainName: 'shop.demo.example.com',
      ValidationMethod: 'DNS',
      DomainValidationOptions: [{ DomainName: 'shop.demo.example.com', HostedZoneId: { Ref: zone } }],
    });
  });

  it('SEC-16: limits what one address may send to each balancer', () => {
    const [[, acl]] = ofType(example, 'AWS::WAFv2::WebACL') as [[string, any]];
    expect(acl.Properties.Rules).toMatchObject([
      { Name: 'address', Statement: { RateBasedStatement: { Limit: 3000, EvaluationWindowSec: 60 } } },
    ]);
    expect(ofType(example, 'AWS::WAFv2::WebACLAssociation')).toHaveLength(2);
  });

  it('writes the access logs of both to one bucket, which may be replaced: its old logs stay', () => {
    const [[id, bucket]] = ofType(example, 'AWS::S3::Bucket') as [[string, Resource]];
    expect(ofType(example, 'AWS::S3::Bucket')).toHaveLength(1);
    expect(bucket.DeletionPolicy).toBe('Retain');
    expect(bucket.Metadata?.[EPHEMERAL_MARK]).toBe(true);
    for (const [index, [, { Properties }]] of ofType(example, `${ELB}::LoadBalancer`).entries()) {
      expect(attributesOf(Properties, 'LoadBalancerAttributes')).toMatchObject({
        'access_logs.s3.bucket': { Ref: id },
        'access_logs.s3.prefix': `demo-edge-${index + 1}`,
        'waf.fail_open.enabled': 'true',
      });
    }
  });

  it('keeps the ids of what holds data', () => {
    const held = Object.entries(example.json.Resources)
      .filter(([, { Type }]) => /HostedZone|S3::Bucket$/.test(Type))
      .map(([id]) => id);
    expect(held).toEqual(['ZoneA5DE4B68', 'AccessLogsBucketCD784A59']);
  });

  it('may be deleted with the demonstration, but not otherwise', () => {
    const policies = (one: Made): unknown =>
      [...ofType(one, 'AWS::Route53::HostedZone')].map(([, { DeletionPolicy }]) => DeletionPolicy);
    expect(policies(example)).toEqual(['Delete']);
    const kept = made({}, { deletionProtection: true });
    expect(policies(kept)).toEqual(['Retain']);
    const [[, balancer]] = ofType(kept, `${ELB}::LoadBalancer`) as [[string, any]];
    expect(attributesOf(balancer.Properties, 'LoadBalancerAttributes')).toMatchObject({
      'deletion_protection.enabled': 'true',
    });
  });
});

describe('an edge in a zone of the team', () => {
  const attached = made({ domain: 'example.com', zone: ZONE, certificateArn: ARN, secondary: 'none' });

  it('makes neither zone nor certificate nor second balancer', () => {
    for (const type of ['AWS::Route53::HostedZone', 'AWS::CertificateManager::Certificate']) {
      expect(ofType(attached, type)).toEqual([]);
    }
    expect(ofType(attached, `${ELB}::LoadBalancer`)).toHaveLength(1);
    const [[, listener]] = ofType(attached, `${ELB}::Listener`) as [[string, any]];
    expect(listener.Properties.Certificates).toEqual([{ CertificateArn: ARN }]);
  });

  it('is one simple record, which no health check moves', () => {
    const [record, ...more] = recordsOf(attached);
    expect(more).toEqual([]);
    expect(record).toMatchObject({ Name: 'example.com.', HostedZoneId: ZONE.id });
    expect(record).not.toHaveProperty('Failover');
    expect(ofType(attached, 'AWS::Route53::HealthCheck')).toEqual([]);
  });
});

describe('a private edge', () => {
  const inside = made({ private: true, certificateArn: ARN });

  it('is a zone of the VPC and balancers in its private subnets', () => {
    const [[, zone]] = ofType(inside, 'AWS::Route53::HostedZone') as [[string, any]];
    expect(zone.Properties.VPCs).toHaveLength(1);
    for (const [, { Properties }] of ofType(inside, `${ELB}::LoadBalancer`)) {
      expect(Properties['Scheme']).toBe('internal');
      expect(JSON.stringify(Properties['Subnets'])).toContain('PrivateSubnet');
    }
  });

  it('has nothing to ask from outside', () => {
    expect(inside.stack.checkUrl).toBeNull();
  });
});

describe('an edge with a page as its secondary', () => {
  const page = made({ secondary: 'static-page', healthSignal: 'endpoint', checkPath: '/deep' });

  it('answers with CloudFront, which Route 53 cannot ask how it is', () => {
    expect(ofType(page, `${ELB}::LoadBalancer`)).toHaveLength(1);
    const [, secondary] = recordsOf(page);
    expect(secondary!['AliasTarget']).toMatchObject({ EvaluateTargetHealth: false });
    expect(JSON.stringify(secondary!['AliasTarget'].DNSName)).toContain('StaticPageDistribution');
  });

  it('has Route 53 ask the path by the name of the balancer', () => {
    const [[, check]] = ofType(page, 'AWS::Route53::HealthCheck') as [[string, any]];
    expect(check.Properties.HealthCheckConfig).toMatchObject({ Type: 'HTTPS', ResourcePath: '/deep' });
    expect(page.stack.checkUrl).toBe('https://shop.demo.example.com/deep');
  });
});

describe('an edge with a secondary elsewhere', () => {
  it('answers with that balancer, which needs no second one here', () => {
    const secondary = { dnsName: 'other.eu-west-2.elb.amazonaws.com', hostedZoneId: 'ZHURV8PSTC4K8' };
    const elsewhere = made({ secondary });
    expect(recordsOf(elsewhere)[1]!['AliasTarget']).toEqual({
      DNSName: secondary.dnsName,
      HostedZoneId: secondary.hostedZoneId,
      EvaluateTargetHealth: true,
    });
    expect(ofType(elsewhere, `${ELB}::LoadBalancer`)).toHaveLength(1);
  });
});

describe('an edge with fixed addresses', () => {
  const fixed = made({ entry: 'static-ip' });

  it('answers with the accelerator, behind which both balancers serve', () => {
    const [record, ...more] = recordsOf(fixed);
    expect(more).toEqual([]);
    expect(JSON.stringify(record!['AliasTarget'].DNSName)).toContain('StaticEntryAccelerator');
    const [[, group]] = ofType(fixed, 'AWS::GlobalAccelerator::EndpointGroup') as [[string, any]];
    expect(group.Properties.EndpointConfigurations).toHaveLength(2);
  });

  it('leaves the balancers’ DNS failover off, as AWS says for one behind an accelerator', () => {
    for (const [, { Properties }] of ofType(fixed, `${ELB}::TargetGroup`)) {
      expect(attributesOf(Properties, 'TargetGroupAttributes')).toMatchObject({
        'target_group_health.dns_failover.minimum_healthy_targets.count': 'off',
      });
    }
  });

  it('still fails over to a page', () => {
    const both = made({ entry: 'static-ip', secondary: 'static-page' });
    const [primary, secondary] = recordsOf(both);
    expect(JSON.stringify(primary!['AliasTarget'].DNSName)).toContain('Accelerator');
    expect(secondary).toMatchObject({ Failover: 'SECONDARY' });
    expect(both.stack.resolve(both.stack.primaryName)).toEqual({
      'Fn::GetAtt': [expect.stringMatching(/^StaticEntryAccelerator/), 'DnsName'],
    });
  });
});
