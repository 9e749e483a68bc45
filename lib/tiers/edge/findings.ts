/** Findings of cdk-nag that the edge accepts, each with its reason. */

import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

export function acknowledgeOpenBalancer(securityGroup: IConstruct): void {
  Validations.of(securityGroup).acknowledge({
    id: 'AwsSolutions-EC23',
    reason: 'A balancer is there to be reached by every client, on the ports of HTTP and HTTPS alone.',
  });
}

export function acknowledgeLogBucket(bucket: IConstruct): void {
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions-S1',
    reason: 'This is the bucket of the access logs itself.',
  });
}
