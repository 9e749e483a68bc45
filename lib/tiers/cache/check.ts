/** What the tier itself refuses, however it is made: standing alone it has no profile that was checked before. */

import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import { InvalidInput, type Fault } from '../../../core/errors.ts';
import { readCache } from '../../../core/profile/cache.ts';
import { SIZE_DEFAULT } from '../../../core/profile/defaults.ts';
import { APPLICATION_NAME, ENVIRONMENT_NAME } from '../../../core/profile/names.ts';
import { requiredTextAt } from '../../../core/profile/reading.ts';
import type { Size } from '../../../core/profile/types.ts';

interface Checked {
  readonly environmentName: string;
  readonly vpc: ec2.IVpc;
  readonly zones: readonly string[];
  readonly shards: number;
  readonly size?: Size;
  readonly redundancy?: string;
  readonly gutter?: boolean;
  readonly nodeType?: string;
  readonly applications?: readonly string[];
}

/** Throws InvalidInput naming every fault by the prop it is in. */
export function checkCacheTier(props: Checked): void {
  const faults: Fault[] = [];
  const { environmentName: name, vpc, zones, size = SIZE_DEFAULT, applications = [] } = props;
  requiredTextAt(faults, 'environmentName', name, ENVIRONMENT_NAME);
  applications.forEach((application, index) => {
    requiredTextAt(faults, `applications[${index}]`, application, APPLICATION_NAME);
  });
  const subnets = vpc.isolatedSubnets.length;
  if (zones.length === 0 || zones.length > subnets) {
    const rule = `must be the zones of the VPC's ${subnets} isolated subnets, in their order`;
    faults.push({ field: 'zones', value: zones, rule, fix: 'name the zone of each isolated subnet' });
  }
  const { shards, redundancy, gutter, nodeType } = props;
  const path = '';
  readCache(faults, { shards, redundancy, gutter, nodeType }, { path, name, size, applications });
  if (redundancy !== undefined && redundancy !== 'masked' && zones.length < 2) {
    const rule = `is in one zone only with redundancy: '${redundancy}'`;
    faults.push({ field: 'zones', value: zones, rule, fix: 'name at least two zones' });
  }
  if (faults.length > 0) throw new InvalidInput(`The cache tier of '${name}'`, faults);
}
