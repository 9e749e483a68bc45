/** The rights of what stands in front: `dns-failover`, the tasks of the web tier, and what starts tasks. */

import {
  READ_STATE,
  everyFunction,
  invoke,
  lease,
  onFront,
  put,
  streamOf,
  ZONES,
  type Right,
} from './rights-terms.ts';

const TARGET_GROUPS = ['Primary', 'Second'].map((edge) => `<${edge}Targets>`);
const BALANCERS = ['Primary', 'Second'].map((edge) => `<${edge}Balancer>`);
const HOSTED_ZONE = 'arn:aws:route53:::hostedzone/<Zone>';

/** Bundles of every version: one that goes on running after a rollback starts again from its own. */
export const READ_BUNDLE: Right = {
  actions: ['s3:GetObject'],
  on: ['arn:aws:s3:::cdk-hnb659fds-assets-<account>-us-east-1/*.mjs'],
};

const writeLog = (owner: string): readonly Right[] => [
  { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], on: [`<${owner}Logs.Arn>`] },
];

/** SEC-02: one name, the types that point at balancers, and exact changes only. */
const OWN_RECORDS =
  'ForAllValues:StringEquals route53:ChangeResourceRecordSetsActions=CREATE|DELETE and ' +
  'ForAllValues:StringEquals route53:ChangeResourceRecordSetsNormalizedRecordNames=shop.demo.example.com and ' +
  'ForAllValues:StringEquals route53:ChangeResourceRecordSetsRecordTypes=A|AAAA and ' +
  'Null route53:ChangeResourceRecordSetsActions=false and ' +
  'Null route53:ChangeResourceRecordSetsNormalizedRecordNames=false and ' +
  'Null route53:ChangeResourceRecordSetsRecordTypes=false';

export const FRONT_RIGHTS: Readonly<Record<string, readonly Right[]>> = {
  'dns-failover': [
    ...everyFunction('ControlPlaneFrontFailover'),
    ...streamOf('FrontTable'),
    READ_STATE,
    lease('dns-failover'),
    put('ledger#demo-front'),
    onFront(['dynamodb:Query'], ...ZONES.map((zone) => `target-observation#${zone}`)),
    onFront(['dynamodb:GetItem'], 'targets#demo'),
    onFront(['dynamodb:PutItem'], 'targets#demo'),
    {
      actions: ['elasticloadbalancing:DeregisterTargets', 'elasticloadbalancing:RegisterTargets'],
      on: TARGET_GROUPS,
    },
    { actions: ['elasticloadbalancing:DescribeTargetHealth'], on: ['*'] },
    {
      actions: [
        'arc-zonal-shift:CancelZonalShift',
        'arc-zonal-shift:GetManagedResource',
        'arc-zonal-shift:StartZonalShift',
      ],
      on: BALANCERS,
    },
    { actions: ['route53:ListResourceRecordSets'], on: [HOSTED_ZONE] },
    { actions: ['route53:ChangeResourceRecordSets'], on: [HOSTED_ZONE], when: OWN_RECORDS },
  ],
  WebRole: [
    { actions: ['servicediscovery:DiscoverInstances'], on: ['*'] },
    onFront(['dynamodb:GetItem'], 'strategy#shop'),
    READ_BUNDLE,
  ],
  WebTasksExecutionRole: writeLog('WebTasks'),
  ServiceshopStableTasksExecutionRole: [
    ...writeLog('ServiceshopStableTasks'),
    { actions: ['secretsmanager:GetSecretValue'], on: ['<Secretstokenkey>'] },
  ],
  ControlPlaneFrontScheduleRole: invoke('ControlPlaneFrontFailover'),
};

/** Roles of tasks, and of what starts them. */
export const TASK_ROLES = [
  'ApplicationshopRole',
  'WebRole',
  'WebTasksExecutionRole',
  'ServiceshopStableTasksExecutionRole',
];
