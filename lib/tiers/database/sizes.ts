import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Size } from '../../../core/profile/types.ts';

/** The instance class of every member, by size of the environment. All members are alike: each may have to be the writer. */
export function instanceTypeOf(size: Size): ec2.InstanceType {
  switch (size) {
    case 'solo':
      return ec2.InstanceType.of(ec2.InstanceClass.T4G, ec2.InstanceSize.MEDIUM);
    case 'pair':
      return ec2.InstanceType.of(ec2.InstanceClass.R7G, ec2.InstanceSize.LARGE);
    case 'fleet':
      return ec2.InstanceType.of(ec2.InstanceClass.R7G, ec2.InstanceSize.XLARGE);
  }
}
