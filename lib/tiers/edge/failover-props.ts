import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as route53 from 'aws-cdk-lib/aws-route53';

export interface FailoverEndpointProps {
  /** Name of the environment: part of the alarm's name. */
  readonly environmentName: string;
  /** The zone that owns the name. */
  readonly zone: route53.IHostedZone;
  /** The name that clients know. */
  readonly domain: string;
  /** What the name answers while its health signal is good. */
  readonly primary: FailoverTarget;
  /** What it answers when the primary does not serve. @default - nothing: one simple record, which never changes */
  readonly secondary?: FailoverTarget;
  /** How Route 53 knows that the primary does not serve. Required with `secondary`. @default - none */
  readonly health?: HealthSignal;
}

/** What an alias can point at: a balancer, a distribution, an accelerator. */
export interface FailoverTarget {
  /** As Route 53 names it, in lower case where it is known at synthesis. */
  readonly dnsName: string;
  /** The hosted zone of the service in its Region, not the zone of the domain. */
  readonly hostedZoneId: string;
  /** Whether Route 53 asks the service how it is. It cannot ask CloudFront. @default true */
  readonly evaluateTargetHealth?: boolean;
}

export type HealthSignal = MetricSignal | EndpointSignal;

/**
 * Follows a metric that is 1 while the primary answers and 0 while it does not. It needs no public path, but takes up
 * to two minutes and the time to live.
 */
export interface MetricSignal {
  readonly kind: 'metric';
  /**
   * Of standard resolution, and a plain statistic: Route 53 reads no other.
   * @default - `edge-healthy` of the environment, which `dns-failover` writes each minute
   */
  readonly metric?: cloudwatch.Metric;
}

/** Route 53's own checkers ask the primary, every 10 s and from many places; three misses count. The path is public. */
export interface EndpointSignal {
  readonly kind: 'endpoint';
  /** Answers 2xx or 3xx over HTTPS while the primary serves. */
  readonly path: string;
  /** Asked by its own name: the domain would answer with the secondary after a failover. @default - the primary's */
  readonly host?: string;
}
