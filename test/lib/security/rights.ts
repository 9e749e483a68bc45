/**
 * SEC-01: everything that each role of the example environment may do, and no more. A right is a decision of a
 * person: one that is added, taken away or widened in `lib/` is written here too.
 *
 * `<StateTable.Arn>` stands for what only a deployment knows, by the logical id without its hash.
 */

import { FRONT_RIGHTS, READ_BUNDLE, TASK_ROLES } from './rights-front.ts';
import {
  CLUSTER,
  CLUSTER_ID,
  DESCRIBE,
  GROUP_ARNS,
  MEMBERS,
  NETWORK_INTERFACES,
  NODES,
  POOL_ENDPOINT,
  READ_STATE,
  STREAM,
  ZONES,
  connectAs,
  connectToCacheAs,
  everyFunction,
  invoke,
  lease,
  onFront,
  onPartitions,
  onThrottle,
  put,
  streamOf,
  STATE_TABLE,
  type Right,
} from './rights-terms.ts';

export { SERVICE_SIDE, type Right } from './rights-terms.ts';

function prober(zone: string): readonly Right[] {
  return [
    ...everyFunction(`ControlPlaneProbers${zone.replaceAll('-', '')}Prober`),
    ...NETWORK_INTERFACES,
    READ_STATE,
    put(`observation#${zone}`, `cache-observation#${zone}`),
    lease(`prober-${zone}`),
    onFront(['dynamodb:GetItem'], 'targets#demo'),
    onFront(['dynamodb:PutItem', 'dynamodb:Query'], `target-observation#${zone}`),
    connectAs('understudy_probe'),
    connectToCacheAs('health-check'),
  ];
}

/** By the report name of the function, or by the id of a role that no function has. */
export const RIGHTS: Readonly<Record<string, readonly Right[]>> = {
  ...Object.fromEntries(ZONES.map((zone) => [`health-check-${zone}`, prober(zone)])),
  'replica-pool': [
    ...everyFunction('ControlPlaneControllersReplicaPool'),
    ...STREAM,
    READ_STATE,
    ...DESCRIBE,
    { actions: ['rds:DescribeDBClusterEndpoints'], on: [CLUSTER, POOL_ENDPOINT] },
    { actions: ['rds:ModifyDBClusterEndpoint'], on: [POOL_ENDPOINT] },
    put(`pool#${CLUSTER_ID}`, `ledger#${CLUSTER_ID}`),
    lease('replica-pool'),
  ],
  'write-failover': [
    ...everyFunction('ControlPlaneControllersWriteFailover'),
    ...STREAM,
    READ_STATE,
    ...DESCRIBE,
    { actions: ['rds:FailoverDBCluster'], on: [CLUSTER, ...MEMBERS] },
    put(`ledger#${CLUSTER_ID}`),
    lease('write-failover'),
  ],
  reconcile: [
    ...everyFunction('ControlPlaneControllersReconcile'),
    READ_STATE,
    onFront(['dynamodb:GetItem', 'dynamodb:PutItem'], 'strategy#shop'),
    put('quotas', 'thresholds', 'wake#replica-pool', 'wake#write-failover'),
    {
      actions: ['ssm:GetParametersByPath'],
      on: ['arn:aws:ssm:us-east-1:<account>:parameter/understudy/demo'],
    },
    { actions: ['cloudwatch:DescribeAlarms'], on: ['arn:aws:cloudwatch:us-east-1:<account>:alarm:*'] },
  ],
  throttle: [
    ...everyFunction('ControlPlaneThrottle'),
    ...streamOf('ThrottleTable'),
    onPartitions(STATE_TABLE, ['dynamodb:GetItem'], ['control', 'quotas', 'thresholds']),
    lease('throttle'),
    onThrottle(['dynamodb:Query'], 'demand#shop', 'throttle-lease#shop'),
    onThrottle(['dynamodb:GetItem'], 'throttle-plan'),
    onThrottle(['dynamodb:PutItem'], 'throttle-lease#shop', 'throttle-plan'),
  ],
  'cache-router': [
    ...everyFunction('ControlPlaneCacheRouter'),
    READ_STATE,
    lease('cache-router'),
    put('ledger#demo-cache', 'cache-shard#demo'),
    { actions: ['elasticache:DescribeReplicationGroups'], on: GROUP_ARNS },
    { actions: ['elasticache:DescribeCacheClusters', 'elasticache:RebootCacheCluster'], on: NODES },
    ...invoke('ControlPlaneCacheFront'),
  ],
  'cache-front': [
    ...everyFunction('ControlPlaneCacheFront'),
    ...NETWORK_INTERFACES,
    connectAs('understudy_cache_front'),
    connectToCacheAs('cache-front'),
  ],
  'database-bootstrap': [
    ...everyFunction('DatabaseBootstrapFunction'),
    {
      actions: [
        'rds-data:BeginTransaction',
        'rds-data:CommitTransaction',
        'rds-data:ExecuteStatement',
        'rds-data:RollbackTransaction',
      ],
      on: [CLUSTER],
    },
    { actions: ['secretsmanager:GetSecretValue'], on: ['<DatabaseAuroraClusterSecretAttachment>'] },
  ],
  ApplicationshopRole: [
    connectAs('shop'),
    put('outcome#shop'),
    onThrottle(['dynamodb:PutItem'], 'demand#shop'),
    onThrottle(['dynamodb:GetItem'], 'throttle-lease#shop'),
    connectToCacheAs('shop'),
    ...invoke('ControlPlaneCacheFront'),
    READ_BUNDLE,
  ],
  ...FRONT_RIGHTS,
  ControlPlaneCacheRouterScheduleRole: invoke('ControlPlaneCacheRouter'),
  ...Object.fromEntries(
    ZONES.map((zone) => {
      const id = `ControlPlaneProbers${zone.replaceAll('-', '')}`;
      return [`${id}ScheduleRole`, invoke(`${id}Prober`)];
    }),
  ),
  ControlPlaneControllersReconcileScheduleRole: invoke('ControlPlaneControllersReconcile'),
  NetworkFlowLogRole: [
    {
      actions: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
      on: ['<NetworkRejectedTraffic.Arn>'],
    },
  ],
};

/** Roles that a team extends with rights of its own, so nothing bounds them. */
export const UNBOUNDED = ['ApplicationshopRole'];

const SAME_ACCOUNT = 'StringEquals aws:SourceAccount=<account>';
const BY_SCHEDULES = `ArnLike aws:SourceArn=arn:aws:scheduler:us-east-1:<account>:schedule-group/default and ${SAME_ACCOUNT}`;

/** SEC-05: the service that may take a role on, and for whom. */
export function trustOf(role: string): readonly string[] {
  const assume = (service: string, when = SAME_ACCOUNT): readonly string[] => [
    `${service}: sts:AssumeRole on itself when ${when}`,
  ];
  if (role === 'NetworkFlowLogRole') return assume('vpc-flow-logs.amazonaws.com');
  if (TASK_ROLES.includes(role)) return assume('ecs-tasks.amazonaws.com');
  if (role.endsWith('ScheduleRole')) return assume('scheduler.amazonaws.com', BY_SCHEDULES);
  return assume('lambda.amazonaws.com');
}

const ALARMS = 'arn:aws:cloudwatch:us-east-1:<account>:alarm:understudy-demo-*';
const wokenByAlarms = (fn: string): string =>
  `lambda.alarms.cloudwatch.amazonaws.com: lambda:InvokeFunction on <ControlPlane${fn}Function.Arn> ` +
  `when SourceArn=${ALARMS} and SourceAccount=<account>`;
const TOPIC = '<ControlPlaneNotificationsTopic>';
const PLAIN_TEXT = 'Bool aws:SecureTransport=false';

/** SEC-05, SEC-06: who may call a function, publish to the topic or send to the queue without a role. */
export const ADMITTED: readonly string[] = [
  wokenByAlarms('CacheRouter'),
  wokenByAlarms('ControllersReplicaPool'),
  wokenByAlarms('ControllersWriteFailover'),
  wokenByAlarms('FrontFailover'),
  'events.amazonaws.com: lambda:InvokeFunction on <ControlPlaneControllersReconcileFunction.Arn> ' +
    'when SourceArn=<ControlPlaneControllersParameterChange.Arn>',
  'events.amazonaws.com: lambda:InvokeFunction on <ControlPlaneFrontFailoverFunction.Arn> ' +
    'when SourceArn=<ControlPlaneFrontTaskChange.Arn>',
  `events.amazonaws.com: sns:Publish on ${TOPIC} when ArnEquals aws:SourceArn=<ControlPlaneDeploymentsFailed.Arn> and ${SAME_ACCOUNT}`,
  `cloudwatch.amazonaws.com: sns:Publish on ${TOPIC} when ArnLike aws:SourceArn=${ALARMS} and ${SAME_ACCOUNT}`,
  `*: not sns:Publish on ${TOPIC} when ${PLAIN_TEXT}`,
  `*: not sqs:* on <DeadLettersQueue.Arn> when ${PLAIN_TEXT}`,
];
