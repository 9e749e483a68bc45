import { RemovalPolicy } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as route53 from 'aws-cdk-lib/aws-route53';
import type { Construct } from 'constructs';
import { parentOf, type NormalizedEdge } from '../../../core/profile/index.ts';

export interface ZoneProps {
  readonly edge: NormalizedEdge;
  readonly vpc: ec2.IVpc;
  readonly deletionProtection: boolean;
}

/**
 * The zone that owns the domain: attached, or made of the domain's parent. Another zone of that name has other name
 * servers, which nobody delegates to, so it is among what the lock keeps.
 */
export function edgeZone(scope: Construct, id: string, props: ZoneProps): route53.IHostedZone {
  const { zone, domain } = props.edge;
  if (zone !== 'create') {
    const attributes = { hostedZoneId: zone.id, zoneName: zone.name };
    return route53.HostedZone.fromHostedZoneAttributes(scope, id, attributes);
  }
  const zoneName = parentOf(domain);
  const made = props.edge.private
    ? new route53.PrivateHostedZone(scope, id, { zoneName, vpc: props.vpc })
    : new route53.PublicHostedZone(scope, id, { zoneName });
  made.applyRemovalPolicy(props.deletionProtection ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY);
  return made;
}
