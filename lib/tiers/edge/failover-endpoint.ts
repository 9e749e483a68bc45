import { Stack, Token } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as route53 from 'aws-cdk-lib/aws-route53';
import { Construct } from 'constructs';
import type { ExpectedRecord } from '../../../core/front/types.ts';
import { checkFailoverEndpoint } from './failover-check.ts';
import type { FailoverEndpointProps, FailoverTarget } from './failover-props.ts';
import { PrimaryHealthCheck } from './health-signal.ts';

/**
 * A name with a second answer that was made beforehand: a PRIMARY and a SECONDARY alias, and the health check that
 * moves clients from one to the other. Nobody needs to change a record for it, so it works while Route 53's control
 * plane does not. Without a secondary it is one simple alias.
 *
 * Aliases have the time to live of what they point at: 60 s for balancers, distributions and accelerators.
 * @throws InvalidInput naming every fault, and a primary that could never fail over among them
 */
export class FailoverEndpoint extends Construct {
  /** The records as they are deployed: what a repair may publish, and nothing else (SEC-09). */
  readonly records: readonly ExpectedRecord[];
  /** Null without a secondary. */
  readonly healthCheckId: string | null;
  /** What the health check follows; null where it follows no metric. */
  readonly alarm: cloudwatch.Alarm | null;
  /** Host of the primary, by which it is asked whatever the domain answers. */
  readonly primaryName: string;

  constructor(scope: Construct, id: string, props: FailoverEndpointProps) {
    super(scope, id);
    checkFailoverEndpoint(props);
    const { primary, secondary } = props;
    this.primaryName = withoutPrefix(primary.dnsName);
    const check = secondary === undefined ? null : this.makeCheck(props);
    this.healthCheckId = check?.healthCheckId ?? null;
    this.alarm = check?.alarm ?? null;
    this.records = recordsOf(props, this.healthCheckId);
    for (const record of this.records) this.publish(record, props.zone);
  }

  /** A balancer of this app as a target. */
  static balancer(balancer: elbv2.IApplicationLoadBalancer): FailoverTarget {
    return {
      dnsName: `${BALANCER_PREFIX}${balancer.loadBalancerDnsName}`,
      hostedZoneId: balancer.loadBalancerCanonicalHostedZoneId,
    };
  }

  /** What `UNDERSTUDY_RECORDS` of dns-failover holds. */
  recordsText(): string {
    return Stack.of(this).toJsonString(this.records);
  }

  private makeCheck({ environmentName, domain, health }: FailoverEndpointProps): PrimaryHealthCheck {
    const host = this.primaryName;
    return new PrimaryHealthCheck(this, 'Health', { environmentName, domain, host, signal: health! });
  }

  private publish(record: ExpectedRecord, zone: route53.IHostedZone): void {
    const { setIdentifier, failover, healthCheckId, alias } = record;
    const id = failover === 'SECONDARY' ? 'Secondary' : 'Primary';
    const set = new route53.CfnRecordSet(this, id, {
      hostedZoneId: zone.hostedZoneId,
      name: `${record.name}.`,
      type: record.type,
      aliasTarget: alias,
      ...(setIdentifier === null ? {} : { setIdentifier }),
      ...(failover === null ? {} : { failover }),
      ...(healthCheckId === null ? {} : { healthCheckId }),
    });
    if (id === 'Primary') this.node.defaultChild = set;
  }
}

/** A balancer answers under it for both families of addresses; its own name is what follows. */
const BALANCER_PREFIX = 'dualstack.';

function withoutPrefix(dnsName: string): string {
  return dnsName.startsWith(BALANCER_PREFIX) ? dnsName.slice(BALANCER_PREFIX.length) : dnsName;
}

function recordsOf(props: FailoverEndpointProps, healthCheckId: string | null): readonly ExpectedRecord[] {
  const { domain, primary, secondary } = props;
  const common = { name: domain, type: 'A' } as const;
  const first = { ...common, alias: aliasOf(primary) };
  if (secondary === undefined) {
    return [{ ...first, setIdentifier: null, failover: null, healthCheckId: null }];
  }
  const second = { ...common, alias: aliasOf(secondary) };
  return [
    { ...first, setIdentifier: 'primary', failover: 'PRIMARY', healthCheckId },
    { ...second, setIdentifier: 'secondary', failover: 'SECONDARY', healthCheckId: null },
  ];
}

function aliasOf({
  dnsName,
  hostedZoneId,
  evaluateTargetHealth = true,
}: FailoverTarget): ExpectedRecord['alias'] {
  const lower = Token.isUnresolved(dnsName) ? dnsName : dnsName.toLowerCase();
  return { dnsName: lower, hostedZoneId, evaluateTargetHealth };
}
