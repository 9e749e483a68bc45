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

  constructor(scope: Construct, id: string, props: NetworkStackProps) {
    super(scope, id, props);
    const { zones, existing } = props.profile;
    this.vpc =
      existing.vpc === undefined
        ? new Network(this, 'Network', { zones }).vpc
        : Network.attach(this, 'Network', { zones, existing: existing.vpc });
  }
}
