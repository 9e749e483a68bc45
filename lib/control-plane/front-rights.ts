/** What `dns-failover` may do with balancers, zones and names: its own, and what AWS can limit is limited. */

import type * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as route53 from 'aws-cdk-lib/aws-route53';
import { acknowledgeWildcards } from '../shared/acknowledgements.ts';
import type { ControlFunction } from '../shared/control-function.ts';

/** Taking tasks out of target groups and back in, and asking what the balancers say of them. */
export function grantTargets(
  grantee: ControlFunction,
  targetGroups: readonly elbv2.IApplicationTargetGroup[],
): void {
  iam.Grant.addToPrincipal({
    grantee,
    actions: ['elasticloadbalancing:DeregisterTargets', 'elasticloadbalancing:RegisterTargets'],
    resourceArns: targetGroups.map(({ targetGroupArn }) => targetGroupArn),
  });
  const policy = new iam.Policy(grantee, 'DescribeTargets', {
    roles: [grantee.role],
    statements: [
      new iam.PolicyStatement({ actions: ['elasticloadbalancing:DescribeTargetHealth'], resources: ['*'] }),
    ],
  });
  acknowledgeWildcards(
    policy,
    ['*'],
    'elasticloadbalancing:DescribeTargetHealth has no resource level. It only reads.',
  );
}

/** Leaving a zone, for as long as it is gray. */
export function grantShifts(
  grantee: ControlFunction,
  balancers: readonly elbv2.IApplicationLoadBalancer[],
): void {
  iam.Grant.addToPrincipal({
    grantee,
    actions: [
      'arc-zonal-shift:CancelZonalShift',
      'arc-zonal-shift:GetManagedResource',
      'arc-zonal-shift:StartZonalShift',
    ],
    resourceArns: balancers.map(({ loadBalancerArn }) => loadBalancerArn),
  });
}

/** SEC-02: one name of one zone, the types that point at balancers, and never a change that is not exact. */
const RECORD_TYPES = ['A', 'AAAA'];
const RECORD_ACTIONS = ['CREATE', 'DELETE'];

/** @param records `name`: as Route 53 compares it, in lower case and without a dot at the end */
export function grantRecords(
  grantee: ControlFunction,
  records: { readonly zone: route53.IHostedZone; readonly name: string },
): void {
  const resourceArns = [records.zone.hostedZoneArn];
  const limits = {
    'route53:ChangeResourceRecordSetsNormalizedRecordNames': [records.name],
    'route53:ChangeResourceRecordSetsRecordTypes': RECORD_TYPES,
    'route53:ChangeResourceRecordSetsActions': RECORD_ACTIONS,
  };
  iam.Grant.addToPrincipal({ grantee, actions: ['route53:ListResourceRecordSets'], resourceArns });
  iam.Grant.addToPrincipal({
    grantee,
    actions: ['route53:ChangeResourceRecordSets'],
    resourceArns,
    conditions: {
      'ForAllValues:StringEquals': limits,
      // Without it a request that carries no such key at all would pass a condition on all of none.
      Null: Object.fromEntries(Object.keys(limits).map((key) => [key, 'false'])),
    },
  });
}
