import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Size } from '../../../core/profile/types.ts';

/** The instance class of every member. All members are alike: each may have to be the writer. */
export const INSTANCE_TYPES: Readonly<Record<Size, ec2.InstanceType>> = {
  solo: ec2.InstanceType.of(ec2.InstanceClass.T4G, ec2.InstanceSize.MEDIUM),
  pair: ec2.InstanceType.of(ec2.InstanceClass.R7G, ec2.InstanceSize.LARGE),
  fleet: ec2.InstanceType.of(ec2.InstanceClass.R7G, ec2.InstanceSize.XLARGE),
};
