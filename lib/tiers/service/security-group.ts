import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';

/** For tasks: out to AWS's APIs only; what they serve and what they call is allowed by their tier. */
export function taskSecurityGroup(
  scope: Construct,
  { vpc, description }: { readonly vpc: ec2.IVpc; readonly description: string },
): ec2.SecurityGroup {
  const group = new ec2.SecurityGroup(scope, 'SecurityGroup', { vpc, description, allowAllOutbound: false });
  group.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), "To AWS's APIs and the registry of the image");
  return group;
}
