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

export function acknowledgePage(bucket: IConstruct, distribution: IConstruct): void {
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions-S1',
    reason: 'Only CloudFront reads it, and what it holds is shown to everybody.',
  });
  Validations.of(distribution).acknowledge(
    { id: 'AwsSolutions-CFR1', reason: 'Whoever may use the application may see that it is away.' },
    { id: 'AwsSolutions-CFR2', reason: 'Every answer is made at the edge and costs nothing behind it.' },
    {
      id: 'AwsSolutions-CFR3',
      reason: 'It answers everybody with the same page, and only while the balancer does not.',
    },
  );
}
