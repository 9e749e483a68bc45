import { Duration, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { describe, expect, it } from 'vitest';
import { InvalidInput } from '../../../../core/errors.ts';
import { METRIC_NAMESPACE } from '../../../../core/naming.ts';
import { METRIC } from '../../../../lambdas/dns-failover/contract.ts';
import { DIMENSION } from '../../../../lambdas/shared/contract.ts';
import type { FailoverEndpointProps, HealthSignal } from '../../../../lib/index.ts';
import { endpointOf, resourcesIn, SECONDARY } from './alone.ts';

const METRIC_SIGNAL = { kind: 'metric' } as const;
const recordsOf = (stack: Stack): readonly Record<string, unknown>[] =>
  resourcesIn(stack, 'AWS::Route53::RecordSet').map(({ Properties }) => Properties);
const metric = (props: object = {}): cloudwatch.Metric =>
  new cloudwatch.Metric({
    namespace: 'Mine',
    metricName: 'up',
    statistic: 'Minimum',
    period: Duration.minutes(1),
    ...props,
  });

describe('a pair', () => {
  const { stack, endpoint } = endpointOf({ secondary: SECONDARY, health: METRIC_SIGNAL });
  const [primary, secondary, ...more] = recordsOf(stack);

  it('is two aliases of one name, made beforehand, the primary with a health check', () => {
    expect(more).toEqual([]);
    expect(primary).toMatchObject({
      Name: 'shop.example.com.',
      Type: 'A',
      HostedZoneId: 'Z0123456789',
      Failover: 'PRIMARY',
      SetIdentifier: 'primary',
      AliasTarget: {
        DNSName: 'one.eu-west-1.elb.amazonaws.com',
        HostedZoneId: 'Z32O12XQLNTSW2',
        EvaluateTargetHealth: true,
      },
      HealthCheckId: { 'Fn::GetAtt': [expect.stringMatching(/^EndpointHealthCheck/), 'HealthCheckId'] },
    });
    expect(secondary).toMatchObject({
      Name: 'shop.example.com.',
      Type: 'A',
      Failover: 'SECONDARY',
      SetIdentifier: 'secondary',
      AliasTarget: { DNSName: SECONDARY.dnsName, HostedZoneId: SECONDARY.hostedZoneId },
    });
    expect(secondary).not.toHaveProperty('HealthCheckId');
  });

  it('SEC-09: tells the controller of exactly the records of the template', () => {
    const told = stack.resolve(endpoint.records) as readonly Record<string, any>[];
    for (const [index, record] of recordsOf(stack).entries()) {
      const expected = told[index]!;
      expect(`${expected['name']}.`).toBe(record['Name']);
      expect(expected['type']).toBe(record['Type']);
      expect(expected['setIdentifier']).toBe(record['SetIdentifier']);
      expect(expected['failover']).toBe(record['Failover']);
      expect(expected['healthCheckId'] ?? undefined).toEqual(record['HealthCheckId']);
      expect(expected['alias']).toEqual({
        dnsName: (record['AliasTarget'] as Record<string, unknown>)['DNSName'],
        hostedZoneId: (record['AliasTarget'] as Record<string, unknown>)['HostedZoneId'],
        evaluateTargetHealth: true,
      });
    }
    expect(told).toHaveLength(2);
  });

  it('follows a plain alarm on what the controller writes: Route 53 reads nothing else', () => {
    const [alarm] = resourcesIn(stack, 'AWS::CloudWatch::Alarm');
    expect(alarm!.Properties).toMatchObject({
      AlarmName: 'understudy-mine-edge-health-signal',
      Namespace: METRIC_NAMESPACE,
      MetricName: METRIC.edgeHealthy,
      Dimensions: [{ Name: DIMENSION.env, Value: 'mine' }],
      Period: 60,
      Statistic: 'Minimum',
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      EvaluationPeriods: 1,
      DatapointsToAlarm: 1,
    });
    for (const action of ['AlarmActions', 'ExtendedStatistic', 'Metrics']) {
      expect(alarm!.Properties).not.toHaveProperty(action);
    }
  });

  it('I-30: stays as it is while nobody measures', () => {
    const [alarm] = resourcesIn(stack, 'AWS::CloudWatch::Alarm');
    expect(alarm!.Properties['TreatMissingData']).toBe('notBreaching');
    const [check] = resourcesIn(stack, 'AWS::Route53::HealthCheck');
    expect(check!.Properties['HealthCheckConfig']).toEqual({
      Type: 'CLOUDWATCH_METRIC',
      AlarmIdentifier: { Name: { Ref: expect.any(String) }, Region: 'eu-west-1' },
      InsufficientDataHealthStatus: 'LastKnownStatus',
    });
  });
});

describe('a pair whose endpoint is asked', () => {
  const health = { kind: 'endpoint', path: '/health' } as const;
  const { stack, endpoint } = endpointOf({ secondary: SECONDARY, health });

  it('has Route 53 ask the primary by its own name, every 10 s, three misses', () => {
    const [check] = resourcesIn(stack, 'AWS::Route53::HealthCheck');
    expect(check!.Properties['HealthCheckConfig']).toEqual({
      Type: 'HTTPS',
      FullyQualifiedDomainName: 'One.eu-west-1.elb.amazonaws.com',
      Port: 443,
      ResourcePath: '/health',
      RequestInterval: 10,
      FailureThreshold: 3,
      EnableSNI: true,
      MeasureLatency: false,
    });
    expect(endpoint.alarm).toBeNull();
    expect(resourcesIn(stack, 'AWS::CloudWatch::Alarm')).toEqual([]);
  });

  it('asks another host where one is named', () => {
    const named = endpointOf({ secondary: SECONDARY, health: { ...health, host: 'origin.example.com' } });
    const [check] = resourcesIn(named.stack, 'AWS::Route53::HealthCheck');
    expect(check!.Properties['HealthCheckConfig'].FullyQualifiedDomainName).toBe('origin.example.com');
  });
});

describe('a name without a second answer', () => {
  it('is one simple alias without a health check', () => {
    const { stack, endpoint } = endpointOf();
    const [record, ...more] = recordsOf(stack);
    expect(more).toEqual([]);
    for (const field of ['Failover', 'SetIdentifier', 'HealthCheckId'])
      expect(record).not.toHaveProperty(field);
    expect(endpoint.records).toMatchObject([{ failover: null, setIdentifier: null, healthCheckId: null }]);
    expect(resourcesIn(stack, 'AWS::Route53::HealthCheck')).toEqual([]);
  });
});

describe('a secondary that cannot be asked', () => {
  it('is answered whatever it is', () => {
    const secondary = { ...SECONDARY, evaluateTargetHealth: false };
    const { stack } = endpointOf({ secondary, health: METRIC_SIGNAL });
    expect(recordsOf(stack)[1]).toMatchObject({ AliasTarget: { EvaluateTargetHealth: false } });
  });
});

describe('a metric of the team', () => {
  it('is followed instead', () => {
    const { stack } = endpointOf({ secondary: SECONDARY, health: { kind: 'metric', metric: metric() } });
    const [alarm] = resourcesIn(stack, 'AWS::CloudWatch::Alarm');
    expect(alarm!.Properties).toMatchObject({ Namespace: 'Mine', MetricName: 'up' });
  });
});

describe('fails at synthesis, naming field, value, rule and fix', () => {
  const withMetric = (props: object): Partial<FailoverEndpointProps> => ({
    secondary: SECONDARY,
    health: { kind: 'metric', metric: metric(props) } satisfies HealthSignal,
  });
  it.each<[string, Partial<FailoverEndpointProps>, RegExp]>([
    [
      'a primary without a health signal',
      { secondary: SECONDARY },
      /health = nothing: is required with a secondary: a PRIMARY without a health signal never fails over/,
    ],
    [
      'a signal without a secondary',
      { health: METRIC_SIGNAL },
      /health = "metric": stands without a secondary/,
    ],
    [
      'a zone that does not own the name',
      { domain: 'shop.example.org' },
      /zone = "example.com": does not own the name/,
    ],
    ['an address', { domain: '192.0.2.1' }, /domain = "192.0.2.1": must be a domain name/],
    [
      'an address as a target',
      { primary: { dnsName: '192.0.2.1:80', hostedZoneId: 'Z1' } },
      /primary.dnsName = .*must be a host name/,
    ],
    [
      'a target without its zone',
      { secondary: { ...SECONDARY, hostedZoneId: '' }, health: METRIC_SIGNAL },
      /secondary.hostedZoneId = "": must be the id of a hosted zone/,
    ],
    [
      'a metric of 10 s',
      withMetric({ period: Duration.seconds(10) }),
      /health.metric.period = 10: .*high resolution/,
    ],
    [
      'a percentile',
      withMetric({ statistic: 'p99' }),
      /health.metric.statistic = "p99": must be one of.*percentile/,
    ],
    [
      'a path with a query',
      { secondary: SECONDARY, health: { kind: 'endpoint', path: '/up?x=1' } },
      /health.path = "\/up\?x=1": must begin with \//,
    ],
  ])('%s', (_what, change, message) => {
    expect(() => endpointOf(change)).toThrow(InvalidInput);
    expect(() => endpointOf(change)).toThrow(message);
  });
});
