import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as wafv2 from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import { checkEdgeTier } from './check.ts';
import {
  DEREGISTRATION_DELAY_DEFAULT,
  HEALTHY_TARGETS_MIN_DEFAULT,
  HEALTH_CHECK,
  IDLE_TIMEOUT_DEFAULT,
  SLOW_START_DEFAULT,
  type EdgeTierProps,
} from './edge-tier-props.ts';
import { acknowledgeOpenBalancer } from './findings.ts';

/**
 * A balancer over the zones, with its target group: HTTPS with TLS 1.2 or later, and a redirect from HTTP. Whoever runs
 * the tasks registers them (ECS does) and lets them be reached from `securityGroup`.
 *
 * Requests cross the zones, as is a balancer's default: each node sends them to the healthy tasks of all zones. A zonal
 * shift takes a zone's node out of the balancer's name and its tasks out of what all nodes send to.
 * @throws InvalidInput naming everything that the balancer would refuse
 */
export class EdgeTier extends Construct implements ec2.IConnectable {
  readonly balancer: elbv2.ApplicationLoadBalancer;
  readonly targetGroup: elbv2.ApplicationTargetGroup;
  readonly securityGroup: ec2.SecurityGroup;
  readonly connections: ec2.Connections;
  /** Null where nothing limits the requests of one address. */
  readonly webAclAssociation: wafv2.CfnWebACLAssociation | null;

  constructor(scope: Construct, id: string, props: EdgeTierProps) {
    super(scope, id);
    checkEdgeTier(this, props);
    this.securityGroup = this.makeSecurityGroup(props);
    this.connections = new ec2.Connections({ securityGroups: [this.securityGroup] });
    this.balancer = this.makeBalancer(props);
    this.node.defaultChild = this.balancer;
    this.targetGroup = this.makeTargetGroup(props);
    this.listen(props);
    const { webAclArn } = props;
    const resourceArn = this.balancer.loadBalancerArn;
    this.webAclAssociation =
      webAclArn === undefined
        ? null
        : new wafv2.CfnWebACLAssociation(this, 'WebAclAssociation', { resourceArn, webAclArn });
  }

  /** Targets that are healthy. @default - minimum over 60 s */
  metricHealthyHosts(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.targetGroup.metrics.healthyHostCount({ statistic: 'Minimum', ...options });
  }

  /** Targets that are not. @default - maximum over 60 s */
  metricUnhealthyHosts(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.targetGroup.metrics.unhealthyHostCount({ statistic: 'Maximum', ...options });
  }

  /** Requests that the balancer itself answered with a 5xx: no target did. @default - sum over 60 s */
  metricElb5xx(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.balancer.metrics.httpCodeElb(elbv2.HttpCodeElb.ELB_5XX_COUNT, options);
  }

  /** Requests that a target answered with a 5xx. @default - sum over 60 s */
  metricTarget5xx(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.balancer.metrics.httpCodeTarget(elbv2.HttpCodeTarget.TARGET_5XX_COUNT, options);
  }

  /** @default - sum over 60 s */
  metricRequests(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.balancer.metrics.requestCount(options);
  }

  /** Time from a request's leaving the balancer until its target answers. @default - average over 60 s */
  metricTargetResponseTime(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.balancer.metrics.targetResponseTime(options);
  }

  /** To the tasks' port alone. By address, not by group: the tasks' group is in a stack that comes later. */
  private makeSecurityGroup({ vpc, environmentName, targetPort }: EdgeTierProps): ec2.SecurityGroup {
    const group = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: `Balancer of ${environmentName}: HTTP and HTTPS in, the port of the tasks out.`,
      allowAllOutbound: false,
    });
    for (const port of [HTTPS_PORT, HTTP_PORT]) group.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(port));
    group.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(targetPort), 'To the tasks.');
    acknowledgeOpenBalancer(group);
    return group;
  }

  private makeBalancer(props: EdgeTierProps): elbv2.ApplicationLoadBalancer {
    const { vpc, internal = false, accessLogs } = props;
    const name = balancerName(props.environmentName, props.number ?? 1);
    const balancer = new elbv2.ApplicationLoadBalancer(this, 'Balancer', {
      loadBalancerName: name,
      vpc,
      vpcSubnets: { subnets: internal ? vpc.privateSubnets : vpc.publicSubnets },
      internetFacing: !internal,
      securityGroup: this.securityGroup,
      deletionProtection: props.deletionProtection ?? true,
      idleTimeout: props.idleTimeout ?? IDLE_TIMEOUT_DEFAULT,
      dropInvalidHeaderFields: true,
      http2Enabled: true,
      // WAF is the coarse guard: without an answer of it requests pass to the exact one in the process.
      wafFailOpen: props.webAclArn !== undefined,
    });
    // Off by default: without it no zonal shift can be started.
    balancer.setAttribute('zonal_shift.config.enabled', 'true');
    if (accessLogs !== undefined) balancer.logAccessLogs(accessLogs, name);
    return balancer;
  }

  private makeTargetGroup(props: EdgeTierProps): elbv2.ApplicationTargetGroup {
    const least = props.healthyTargetsMin ?? HEALTHY_TARGETS_MIN_DEFAULT;
    const slowStart = props.slowStart ?? SLOW_START_DEFAULT;
    return new elbv2.ApplicationTargetGroup(this, 'Targets', {
      vpc: props.vpc,
      targetType: elbv2.TargetType.IP,
      protocol: elbv2.ApplicationProtocol.HTTP,
      port: props.targetPort,
      // Slow start is of round robin alone.
      loadBalancingAlgorithmType: elbv2.TargetGroupLoadBalancingAlgorithmType.ROUND_ROBIN,
      ...(slowStart.toSeconds() === 0 ? {} : { slowStart }),
      deregistrationDelay: props.deregistrationDelay ?? DEREGISTRATION_DELAY_DEFAULT,
      healthCheck: { path: props.healthPath, ...HEALTH_CHECK },
      targetGroupHealth: {
        dnsMinimumHealthyTargetCount: (props.dnsFailover ?? true) ? least : 0,
        routingMinimumHealthyTargetCount: least,
      },
    });
  }

  private listen({ certificate }: EdgeTierProps): void {
    this.balancer.addListener('Https', {
      port: HTTPS_PORT,
      protocol: elbv2.ApplicationProtocol.HTTPS,
      certificates: [certificate],
      sslPolicy: elbv2.SslPolicy.TLS13_RES,
      defaultTargetGroups: [this.targetGroup],
      open: false,
    });
    this.balancer.addListener('Http', {
      port: HTTP_PORT,
      protocol: elbv2.ApplicationProtocol.HTTP,
      defaultAction: elbv2.ListenerAction.redirect({
        protocol: 'HTTPS',
        port: String(HTTPS_PORT),
        permanent: true,
      }),
      open: false,
    });
  }
}

const HTTPS_PORT = 443;
const HTTP_PORT = 80;

/** e.g. `demo-edge-1`: at most 32 characters, a limit of balancers, and in lower case, as its DNS name then is. */
export function balancerName(environmentName: string, number: number): string {
  return `${environmentName}-edge-${number}`;
}
