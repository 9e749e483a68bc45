import { Duration, Stack, Token } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { InvalidInput } from '../../../../core/errors.ts';
import { AccessLogs, type EdgeTierProps } from '../../../../lib/index.ts';
import { testApp } from '../../synth.ts';
import { alone, attributesOf, newStack, resourcesIn } from './alone.ts';

const ELB = 'AWS::ElasticLoadBalancingV2';

describe('the balancer', () => {
  const { stack } = alone();
  const [balancer] = resourcesIn(stack, `${ELB}::LoadBalancer`);

  it('I-35: stands in the public subnet of each zone, under a name that is known', () => {
    expect(balancer!.Properties).toMatchObject({ Name: 'mine-edge-1', Scheme: 'internet-facing' });
    const subnets = JSON.stringify(balancer!.Properties['Subnets']);
    for (const number of [1, 2, 3]) expect(subnets).toContain(`NetworkVpcPublicSubnet${number}`);
    expect(balancer!.Properties['Subnets']).toHaveLength(3);
  });

  it('allows zonal shifts, drops bad headers, and closes before the tasks do', () => {
    expect(attributesOf(balancer!.Properties, 'LoadBalancerAttributes')).toEqual({
      'deletion_protection.enabled': 'true',
      'idle_timeout.timeout_seconds': '30',
      'routing.http.drop_invalid_header_fields.enabled': 'true',
      'routing.http2.enabled': 'true',
      'zonal_shift.config.enabled': 'true',
    });
  });

  it('lets the world in on two ports, and goes on to the port of the tasks alone', () => {
    const [group] = resourcesIn(stack, 'AWS::EC2::SecurityGroup');
    const rules = (name: string): unknown =>
      (group!.Properties[name] as readonly { CidrIp: string; FromPort: number; ToPort: number }[]).map(
        ({ CidrIp, FromPort, ToPort }) => [CidrIp, FromPort, ToPort],
      );
    expect(rules('SecurityGroupIngress')).toEqual([
      ['0.0.0.0/0', 443, 443],
      ['0.0.0.0/0', 80, 80],
    ]);
    expect(rules('SecurityGroupEgress')).toEqual([['0.0.0.0/0', 8080, 8080]]);
  });

  it('speaks TLS 1.2 or later, and leads HTTP to it for good', () => {
    const [https, http, ...more] = resourcesIn(stack, `${ELB}::Listener`).map(({ Properties }) => Properties);
    expect(more).toEqual([]);
    expect(https).toMatchObject({
      Port: 443,
      Protocol: 'HTTPS',
      SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-Res-2021-06',
      Certificates: [{ CertificateArn: expect.stringContaining('certificate/0a1b') }],
      DefaultActions: [{ Type: 'forward' }],
    });
    expect(http).toMatchObject({
      Port: 80,
      DefaultActions: [
        { Type: 'redirect', RedirectConfig: { Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301' } },
      ],
    });
  });

  it('has nothing in front and no logs where none are named', () => {
    expect(resourcesIn(stack, 'AWS::WAFv2::WebACLAssociation')).toEqual([]);
    expect(resourcesIn(stack, 'AWS::S3::Bucket')).toEqual([]);
  });
});

describe('the target group', () => {
  const [group] = resourcesIn(alone().stack, `${ELB}::TargetGroup`);

  it('asks every five seconds, two answers in or out', () => {
    expect(group!.Properties).toMatchObject({
      TargetType: 'ip',
      Protocol: 'HTTP',
      Port: 8080,
      HealthCheckPath: '/health',
      HealthCheckIntervalSeconds: 5,
      HealthCheckTimeoutSeconds: 2,
      HealthyThresholdCount: 2,
      UnhealthyThresholdCount: 2,
      Matcher: { HttpCode: '200' },
    });
  });

  it('I-04: starts slowly, drains, and fails open', () => {
    expect(attributesOf(group!.Properties, 'TargetGroupAttributes')).toEqual({
      'deregistration_delay.timeout_seconds': '30',
      'load_balancing.algorithm.type': 'round_robin',
      'slow_start.duration_seconds': '30',
      'stickiness.enabled': 'false',
      'target_group_health.dns_failover.minimum_healthy_targets.count': '1',
      'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': '1',
    });
  });
});

describe('everything that can be said', () => {
  const stack = newStack();
  const logs = new AccessLogs(stack, 'Logs', { days: 7 });
  alone(
    {
      number: 2,
      internal: true,
      accessLogs: logs.bucket,
      webAclArn: 'arn:aws:wafv2:us-east-1:111122223333:regional/webacl/a/b',
      deletionProtection: false,
      idleTimeout: Duration.seconds(20),
      slowStart: Duration.seconds(0),
      deregistrationDelay: Duration.minutes(2),
      healthyTargetsMin: 2,
      dnsFailover: false,
    },
    stack,
  );
  const template = Template.fromStack(stack);
  const [balancer] = resourcesIn(stack, `${ELB}::LoadBalancer`);
  const [group] = resourcesIn(stack, `${ELB}::TargetGroup`);

  it('stands in the private subnets', () => {
    expect(balancer!.Properties).toMatchObject({ Name: 'mine-edge-2', Scheme: 'internal' });
    expect(JSON.stringify(balancer!.Properties['Subnets'])).toContain('PrivateSubnet3');
  });

  it('is as it was said', () => {
    expect(attributesOf(balancer!.Properties, 'LoadBalancerAttributes')).toMatchObject({
      'deletion_protection.enabled': 'false',
      'idle_timeout.timeout_seconds': '20',
      'waf.fail_open.enabled': 'true',
      'access_logs.s3.enabled': 'true',
      'access_logs.s3.prefix': 'mine-edge-2',
    });
    expect(attributesOf(group!.Properties, 'TargetGroupAttributes')).toEqual({
      'deregistration_delay.timeout_seconds': '120',
      'load_balancing.algorithm.type': 'round_robin',
      'stickiness.enabled': 'false',
      'target_group_health.dns_failover.minimum_healthy_targets.count': 'off',
      'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': '2',
    });
    template.resourceCountIs('AWS::WAFv2::WebACLAssociation', 1);
  });

  it('keeps its logs for as long as is said, encrypted, unseen, and over TLS alone', () => {
    template.hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
        LifecycleConfiguration: { Rules: [Match.objectLike({ ExpirationInDays: 7, Status: 'Enabled' })] },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
      },
    });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
          Match.objectLike({ Effect: 'Allow', Action: 's3:PutObject' }),
        ]),
      },
    });
  });
});

describe('its metrics', () => {
  it('are of its own balancer and target group', () => {
    const { stack, edge } = alone();
    const shown = (metric: { toMetricConfig(): unknown }): string =>
      JSON.stringify(stack.resolve((metric.toMetricConfig() as { metricStat: unknown }).metricStat));
    expect(shown(edge.metricHealthyHosts())).toMatch(
      /HealthyHostCount.*TargetGroup|TargetGroup.*HealthyHostCount/,
    );
    expect(shown(edge.metricUnhealthyHosts())).toContain('UnHealthyHostCount');
    expect(shown(edge.metricElb5xx())).toContain('HTTPCode_ELB_5XX_Count');
    expect(shown(edge.metricTarget5xx())).toContain('HTTPCode_Target_5XX_Count');
    expect(shown(edge.metricRequests())).toContain('RequestCount');
    expect(shown(edge.metricTargetResponseTime({ statistic: 'p99' }))).toContain('p99');
  });
});

describe('fails at synthesis, naming field, value, rule and fix', () => {
  it.each<[string, Partial<EdgeTierProps>, RegExp]>([
    ['a bad name', { environmentName: 'Mine!' }, /environmentName = "Mine!": must be 2 to 24/],
    [
      'two zones of three',
      { zones: ['us-east-1a'] },
      /zones = .*3 public subnets.*Fix: give the VPC a public subnet/,
    ],
    ['a tenth balancer', { number: 10 }, /number = 10: must be a whole number from 1 to 9/],
    ['a port that is none', { targetPort: 0 }, /targetPort = 0/],
    ['a relative path', { healthPath: 'up' }, /healthPath = "up": must begin with \//],
    [
      'no idle time-out',
      { idleTimeout: Duration.seconds(0) },
      /idleTimeout = 0: must be 1 to 4000 whole seconds/,
    ],
    [
      'a short slow start',
      { slowStart: Duration.seconds(10) },
      /slowStart = 10: must be 30 to 900 whole seconds/,
    ],
    [
      'half a second',
      { deregistrationDelay: Duration.millis(500) },
      /deregistrationDelay = 0.5: must be 0 to 3600/,
    ],
    [
      'a time known later',
      { slowStart: Duration.seconds(Token.asNumber({ Ref: 'Later' })) },
      /slowStart = null: must be 30 to 900 whole seconds, known at synthesis/,
    ],
    ['no healthy target', { healthyTargetsMin: 0 }, /healthyTargetsMin = 0: must be a whole number from 1/],
  ])('%s', (_what, change, message) => {
    expect(() => alone(change)).toThrow(InvalidInput);
    expect(() => alone(change)).toThrow(message);
  });

  it('access logs in a stack without a Region', () => {
    const stack = new Stack(testApp(), 'Nowhere');
    const { bucket } = new AccessLogs(stack, 'Logs', { days: 7 });
    expect(() => alone({ accessLogs: bucket }, stack)).toThrow(/accessLogs = .*needs a stack with a Region/);
  });
});
