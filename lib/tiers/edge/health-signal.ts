import { Duration, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as route53 from 'aws-cdk-lib/aws-route53';
import { Construct } from 'constructs';
import { METRIC } from '../../../lambdas/dns-failover/contract.ts';
import { alarmPrefix } from '../../shared/alarm-catalogue.ts';
import { understudyMetric } from '../../shared/metrics.ts';
import type { EndpointSignal, HealthSignal, MetricSignal } from './failover-props.ts';

export interface HealthCheckProps {
  readonly environmentName: string;
  readonly domain: string;
  /** Host of the primary, which an `endpoint` check asks. */
  readonly host: string;
  readonly signal: HealthSignal;
}

/** What Route 53 allows at the fastest, and its own number of misses. */
const CHECK_INTERVAL_S = 10;
const CHECK_THRESHOLD = 3;

/** The health check of a PRIMARY record, and the alarm that tells it where it follows a metric. */
export class PrimaryHealthCheck extends Construct {
  readonly healthCheckId: string;
  /** Null where Route 53's checkers ask the endpoint. */
  readonly alarm: cloudwatch.Alarm | null;

  constructor(scope: Construct, id: string, props: HealthCheckProps) {
    super(scope, id);
    const { signal } = props;
    let healthCheckConfig: route53.CfnHealthCheck.HealthCheckConfigProperty;
    if (signal.kind === 'metric') {
      this.alarm = this.makeAlarm(props, signal);
      healthCheckConfig = metricConfig(this.alarm);
    } else {
      this.alarm = null;
      healthCheckConfig = endpointConfig(signal, props.host);
    }
    const check = new route53.CfnHealthCheck(this, 'Check', {
      healthCheckConfig,
      healthCheckTags: [{ key: 'Name', value: `${props.domain} primary` }],
    });
    this.node.defaultChild = check;
    this.healthCheckId = check.attrHealthCheckId;
  }

  /**
   * A plain alarm: Route 53 reads its metric and its terms, never its state, and knows neither M of N nor percentiles.
   * It has no action: `edge-unreachable` tells people.
   */
  private makeAlarm({ environmentName, domain }: HealthCheckProps, signal: MetricSignal): cloudwatch.Alarm {
    const metric = signal.metric ?? edgeHealthyMetric(environmentName);
    return new cloudwatch.Alarm(this, 'Alarm', {
      alarmName: `${alarmPrefix(environmentName)}edge-health-signal`,
      alarmDescription: `What the Route 53 health check of ${domain} follows: 0 while the primary does not answer.`,
      metric,
      threshold: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: 1,
      datapointsToAlarm: 1,
      // I-30: a function that is silent is no dead edge.
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
  }
}

/** 1 or 0 each minute: whether the primary answered from outside. */
export function edgeHealthyMetric(environmentName: string): cloudwatch.Metric {
  return understudyMetric(environmentName, METRIC.edgeHealthy, {
    statistic: cloudwatch.Stats.MINIMUM,
    period: Duration.minutes(1),
  });
}

function metricConfig(alarm: cloudwatch.Alarm): route53.CfnHealthCheck.HealthCheckConfigProperty {
  return {
    type: 'CLOUDWATCH_METRIC',
    alarmIdentifier: { name: alarm.alarmName, region: Stack.of(alarm).region },
    // I-30: without data the answer stays as it is.
    insufficientDataHealthStatus: 'LastKnownStatus',
  };
}

/** TLS is not validated by the checkers, so the balancer's own name does, although the certificate is the domain's. */
function endpointConfig(
  { path, host }: EndpointSignal,
  primary: string,
): route53.CfnHealthCheck.HealthCheckConfigProperty {
  return {
    type: 'HTTPS',
    fullyQualifiedDomainName: host ?? primary,
    port: 443,
    resourcePath: path,
    requestInterval: CHECK_INTERVAL_S,
    failureThreshold: CHECK_THRESHOLD,
    enableSni: true,
    measureLatency: false,
  };
}
