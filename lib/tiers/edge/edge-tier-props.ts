import { Duration } from 'aws-cdk-lib';
import type * as acm from 'aws-cdk-lib/aws-certificatemanager';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as s3 from 'aws-cdk-lib/aws-s3';

export interface EdgeTierProps {
  /** Name of the environment. */
  readonly environmentName: string;
  /** Which of its balancers this is, from 1: part of its name. @default 1 */
  readonly number?: number;
  readonly vpc: ec2.IVpc;
  /** Names of the zones, in the order of the VPC's subnets. */
  readonly zones: readonly string[];
  /** True: only the VPC's clients come in, and its nodes stand in the private subnets. @default false */
  readonly internal?: boolean;
  /** Of the name that clients know, in the Region of the balancer. */
  readonly certificate: acm.ICertificate;
  /** Port of the tasks. */
  readonly targetPort: number;
  /** Answers 200 when a task serves. */
  readonly healthPath: string;
  /** Where access logs go, under the balancer's name. @default - no access logs */
  readonly accessLogs?: s3.IBucket;
  /** What limits the requests of one address. @default - nothing */
  readonly webAclArn?: string;
  /** @default true */
  readonly deletionProtection?: boolean;
  /** Must be shorter than tasks keep a connection open, or a request meets one that closes. @default 30 s */
  readonly idleTimeout?: Duration;
  /** How long the share of a new task grows, 30 s to 15 minutes; 0 turns it off. @default 30 s */
  readonly slowStart?: Duration;
  /** How long a task that leaves may finish its requests, 0 to 1 hour. @default 30 s */
  readonly deregistrationDelay?: Duration;
  /** With fewer healthy targets the balancer fails open: it sends requests to all of them. @default 1 */
  readonly healthyTargetsMin?: number;
  /** Whether its name counts as down by then. False for a balancer behind Global Accelerator. @default true */
  readonly dnsFailover?: boolean;
}

export const IDLE_TIMEOUT_DEFAULT = Duration.seconds(30);
export const SLOW_START_DEFAULT = Duration.seconds(30);
export const DEREGISTRATION_DELAY_DEFAULT = Duration.seconds(30);
export const HEALTHY_TARGETS_MIN_DEFAULT = 1;

/** The fastest that a balancer offers: a dead task is out after about 10 s, a new one in after about 10 s. */
export const HEALTH_CHECK = {
  interval: Duration.seconds(5),
  timeout: Duration.seconds(2),
  healthyThresholdCount: 2,
  unhealthyThresholdCount: 2,
  healthyHttpCodes: '200',
} as const;
