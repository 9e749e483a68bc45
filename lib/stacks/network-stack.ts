import { Stack, type StackProps } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { NormalizedProfile } from '../../core/profile/index.ts';
import { Network } from '../shared/network.ts';

export interface NetworkStackProps extends StackProps {
  readonly profile: NormalizedProfile;
}

/** The VPC of the environment, made or attached. */
export class NetworkStack extends Stack {
  readonly vpc: ec2.IVpc;
  /** Where tasks stand, in the order of the zones. Empty without web and service. */
  readonly privateSubnets: readonly ec2.ISubnet[];
  /** Where balancers stand that the internet reaches, in the order of the zones. Empty without web and service. */
  readonly publicSubnets: readonly ec2.ISubnet[];

  constructor(scope: Construct, id: string, props: NetworkStackProps) {
    super(scope, id, props);
    const { zones, existing, tiers } = props.profile;
    const tasks = tiers.web !== null || tiers.service.length > 0;
    this.vpc =
      existing.vpc === undefined
        ? new Network(this, 'Network', { zones, tasks }).vpc
        : Network.attach(this, 'Network', { zones, existing: existing.vpc });
    this.privateSubnets = this.vpc.privateSubnets;
    this.publicSubnets = this.vpc.publicSubnets;
  }
}
