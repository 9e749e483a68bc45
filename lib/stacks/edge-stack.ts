import { Stack, type StackProps } from 'aws-cdk-lib';
import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type * as route53 from 'aws-cdk-lib/aws-route53';
import type { Construct } from 'constructs';
import type { NormalizedEdge, NormalizedProfile, NormalizedWeb } from '../../core/profile/index.ts';
import { addOutputs } from '../shared/outputs.ts';
import { AccessLogs } from '../tiers/edge/access-logs.ts';
import { EdgeTier } from '../tiers/edge/edge-tier.ts';
import { FailoverEndpoint } from '../tiers/edge/failover-endpoint.ts';
import type { FailoverTarget } from '../tiers/edge/failover-props.ts';
import { EdgeRateRules } from '../tiers/edge/rate-rules.ts';
import { StaticEntry } from '../tiers/edge/static-entry.ts';
import { StaticPage } from '../tiers/edge/static-page.ts';
import { edgeZone } from '../tiers/edge/zone.ts';

export interface EdgeStackProps extends StackProps {
  readonly profile: NormalizedProfile;
  readonly edge: NormalizedEdge;
  readonly web: NormalizedWeb;
  readonly vpc: ec2.IVpc;
}

/** The names that clients know, and the balancers behind them. It holds no data but access logs. */
export class EdgeStack extends Stack {
  /** The primary first; the second where the profile's secondary is an edge in front of the same tasks. */
  readonly edges: readonly EdgeTier[];
  readonly hostedZone: route53.IHostedZone;
  readonly certificate: acm.ICertificate;
  readonly rateRules: EdgeRateRules;
  readonly accessLogs: AccessLogs;
  /** Null where clients come in by the names of the balancers. */
  readonly entry: StaticEntry | null;
  readonly endpoint: FailoverEndpoint;
  /** What is asked from outside, e.g. `https://shop.example.com/health`. Null: a private edge has no outside. */
  readonly checkUrl: string | null;

  constructor(scope: Construct, id: string, props: EdgeStackProps) {
    super(scope, id, props);
    const { profile, edge, vpc } = props;
    const { deletionProtection } = profile;
    this.hostedZone = edgeZone(this, 'Zone', { edge, vpc, deletionProtection });
    this.certificate = this.certificateOf(edge);
    this.accessLogs = new AccessLogs(this, 'AccessLogs', { days: edge.accessLogDays });
    this.rateRules = new EdgeRateRules(this, 'RateRules', {
      environmentName: profile.name,
      rules: [],
      requestsPerAddress: edge.requestsPerAddress,
    });
    const ids = edge.secondary === 'edge' ? ['Primary', 'Second'] : ['Primary'];
    this.edges = ids.map((name, index) => this.makeEdge(name, index + 1, props));
    this.entry = edge.entry === 'static-ip' ? this.makeEntry(profile.name) : null;
    this.endpoint = this.makeEndpoint(props);
    this.checkUrl = edge.private ? null : `https://${edge.domain}${edge.checkPath}`;
    this.addOutputs(edge);
  }

  /** Primary first. */
  get balancers(): readonly elbv2.ApplicationLoadBalancer[] {
    return this.edges.map(({ balancer }) => balancer);
  }

  /** In the order of the balancers: ECS registers every web task with each. */
  get targetGroups(): readonly elbv2.ApplicationTargetGroup[] {
    return this.edges.map(({ targetGroup }) => targetGroup);
  }

  /** What the tasks must let in on their port. */
  get securityGroups(): readonly ec2.ISecurityGroup[] {
    return this.edges.map(({ securityGroup }) => securityGroup);
  }

  /** The JSON of the records as deployed: what `UNDERSTUDY_RECORDS` holds. */
  get expectedRecords(): string {
    return this.endpoint.recordsText();
  }

  /** Host that the PRIMARY record points at: what `UNDERSTUDY_PRIMARY_NAME` holds. */
  get primaryName(): string {
    return this.endpoint.primaryName;
  }

  private certificateOf({ certificateArn, domain }: NormalizedEdge): acm.ICertificate {
    if (certificateArn !== null) {
      return acm.Certificate.fromCertificateArn(this, 'Certificate', certificateArn);
    }
    const validation = acm.CertificateValidation.fromDns(this.hostedZone);
    return new acm.Certificate(this, 'Certificate', { domainName: domain, validation });
  }

  private makeEdge(id: string, number: number, { profile, edge, web, vpc }: EdgeStackProps): EdgeTier {
    return new EdgeTier(this, id, {
      environmentName: profile.name,
      number,
      vpc,
      zones: profile.zones,
      internal: edge.private,
      certificate: this.certificate,
      targetPort: web.port,
      healthPath: web.healthPath,
      accessLogs: this.accessLogs.bucket,
      webAclArn: this.rateRules.webAclArn,
      deletionProtection: profile.deletionProtection,
      // Behind an accelerator the name of a balancer is no way in.
      dnsFailover: edge.entry === 'dns',
    });
  }

  private makeEntry(environmentName: string): StaticEntry {
    return new StaticEntry(this, 'StaticEntry', { environmentName, balancers: this.balancers });
  }

  private makeEndpoint({ profile, edge }: EdgeStackProps): FailoverEndpoint {
    const secondary = this.secondaryOf(edge);
    const { healthSignal: kind, checkPath: path } = edge;
    return new FailoverEndpoint(this, 'Endpoint', {
      environmentName: profile.name,
      zone: this.hostedZone,
      domain: edge.domain,
      primary: this.entry?.target ?? FailoverEndpoint.balancer(this.balancers[0]!),
      ...(secondary === null ? {} : { secondary, health: kind === 'metric' ? { kind } : { kind, path } }),
    });
  }

  /** None where both balancers stand behind the fixed addresses: the accelerator leaves the one that fails. */
  private secondaryOf({ secondary, domain }: NormalizedEdge): FailoverTarget | null {
    if (typeof secondary === 'object') return secondary;
    if (secondary === 'static-page') {
      return new StaticPage(this, 'StaticPage', { domain, certificate: this.certificate }).target;
    }
    const second = this.entry === null ? this.balancers[1] : undefined;
    return second === undefined ? null : FailoverEndpoint.balancer(second);
  }

  private addOutputs({ domain }: NormalizedEdge): void {
    addOutputs(this, [
      { key: 'EdgeUrl', value: `https://${domain}`, description: 'What clients ask.' },
      { key: 'HostedZoneId', value: this.hostedZone.hostedZoneId, description: 'The zone of the domain.' },
      {
        key: 'Balancers',
        value: this.balancers.map((one) => `${one.loadBalancerArn}=${one.loadBalancerDnsName}`).join(','),
        description: 'Every balancer as ARN=host, joined by commas: the primary first.',
      },
      {
        key: 'TargetGroups',
        value: this.targetGroups.map(({ targetGroupArn }) => targetGroupArn).join(','),
        description: 'ARNs of the target groups, in the order of the balancers.',
      },
    ]);
  }
}
