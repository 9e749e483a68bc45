/**
 * SEC-01: everything that each role of the example environment may do, and no more. A right is a decision of a
 * person: one that is added, taken away or widened in `lib/` is written here too.
 *
 * `<StateTable.Arn>` stands for what only a deployment knows, by the logical id without its hash.
 */

export interface Right {
  readonly actions: readonly string[];
  readonly on: readonly string[];
  /** Conditions, as `render.ts` writes them. */
  readonly when?: string;
}

const ZONES = ['us-east-1a', 'us-east-1b', 'us-east-1c'] as const;

const CLUSTER_ID = '<DatabaseAuroraCluster>';
const CLUSTER = `arn:aws:rds:us-east-1:<account>:cluster:${CLUSTER_ID}`;
const MEMBERS = [1, 2, 3].map((n) => `arn:aws:rds:us-east-1:<account>:db:<DatabaseAuroraClusterMember${n}>`);
const POOL_ENDPOINT = 'arn:aws:rds:us-east-1:<account>:cluster-endpoint:understudy-demo-readers';
const STATE_TABLE = '<StateTable.Arn>';
const THROTTLE_TABLE = '<ThrottleTable.Arn>';

/** What Lambda itself does with the role of every function: its log, and the events that are given up. */
function everyFunction(logGroup: string): readonly Right[] {
  return [
    { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], on: [`<${logGroup}Logs.Arn>`] },
    { actions: ['sqs:SendMessage'], on: ['<DeadLettersQueue.Arn>'] },
  ];
}

/** What Lambda itself does with the role of a function that a table's stream wakes. */
const streamOf = (table: string): readonly Right[] => [
  {
    actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
    on: [`<${table}.StreamArn>`],
  },
  { actions: ['dynamodb:ListStreams'], on: ['*'] },
];
const STREAM = streamOf('StateTable');

/** What Lambda itself does with the role of a function in the VPC, before the network interface is there. */
const NETWORK_INTERFACES: readonly Right[] = [
  {
    actions: [
      'ec2:AssignPrivateIpAddresses',
      'ec2:CreateNetworkInterface',
      'ec2:DeleteNetworkInterface',
      'ec2:UnassignPrivateIpAddresses',
    ],
    on: ['arn:aws:ec2:us-east-1:<account>:*/*'],
  },
  { actions: ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets'], on: ['*'] },
];

const READ_STATE: Right = { actions: ['dynamodb:GetItem', 'dynamodb:Query'], on: [STATE_TABLE] };

function onPartitions(table: string, actions: readonly string[], partitions: readonly string[]): Right {
  const keys = partitions.toSorted().join('|');
  const when = `ForAllValues:StringEquals dynamodb:LeadingKeys=${keys} and Null dynamodb:LeadingKeys=false`;
  return { actions, on: [table], when };
}

const put = (...partitions: readonly string[]): Right =>
  onPartitions(STATE_TABLE, ['dynamodb:PutItem'], partitions);
const lease = (name: string): Right => onPartitions(STATE_TABLE, ['dynamodb:UpdateItem'], [`lease#${name}`]);
const onThrottle = (actions: readonly string[], ...partitions: readonly string[]): Right =>
  onPartitions(THROTTLE_TABLE, actions, partitions);

const connectAs = (user: string): Right => ({
  actions: ['rds-db:connect'],
  on: [`arn:aws:rds-db:us-east-1:<account>:dbuser:<DatabaseAuroraCluster.DBClusterResourceId>/${user}`],
});

const GROUPS = [0, 1, 2, 3].map((n) => `demo-cache-${n}`).concat('demo-gutter-0');
const elastiCache = (resource: string): string => `arn:aws:elasticache:us-east-1:<account>:${resource}`;
const NODES = GROUPS.map((group) => elastiCache(`cluster:${group}-001`));
const GROUP_ARNS = GROUPS.map((group) => elastiCache(`replicationgroup:${group}`));

const connectToCacheAs = (user: string): Right => ({
  actions: ['elasticache:Connect'],
  on: [...GROUP_ARNS, elastiCache(`user:demo-${user}`)],
});

const DESCRIBE: readonly Right[] = [
  { actions: ['rds:DescribeDBClusters'], on: [CLUSTER] },
  { actions: ['rds:DescribeDBInstances'], on: MEMBERS },
];

/** Rights that Lambda and the flow logs use themselves with a role that is not theirs: no port of ours can. */
export const SERVICE_SIDE = { has: ({ actions }: Right): boolean => actions.every(isServiceSide) };

function isServiceSide(action: string): boolean {
  return /^(logs|sqs|ec2):|^dynamodb:(DescribeStream|GetRecords|GetShardIterator|ListStreams)$/.test(action);
}

function prober(zone: string): readonly Right[] {
  return [
    ...everyFunction(`ControlPlaneProbers${zone.replaceAll('-', '')}Prober`),
    ...NETWORK_INTERFACES,
    READ_STATE,
    put(`observation#${zone}`, `cache-observation#${zone}`),
    lease(`prober-${zone}`),
    connectAs('understudy_probe'),
    connectToCacheAs('health-check'),
  ];
}

const invoke = (fn: string): readonly Right[] => [
  { actions: ['lambda:InvokeFunction'], on: [`<${fn}Function.Arn>`] },
];

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
  ],
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
  if (role === 'ApplicationshopRole') return assume('ecs-tasks.amazonaws.com');
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
  'events.amazonaws.com: lambda:InvokeFunction on <ControlPlaneControllersReconcileFunction.Arn> ' +
    'when SourceArn=<ControlPlaneControllersParameterChange.Arn>',
  `cloudwatch.amazonaws.com: sns:Publish on ${TOPIC} when ArnLike aws:SourceArn=${ALARMS} and ${SAME_ACCOUNT}`,
  `*: not sns:Publish on ${TOPIC} when ${PLAIN_TEXT}`,
  `*: not sqs:* on <DeadLettersQueue.Arn> when ${PLAIN_TEXT}`,
];
