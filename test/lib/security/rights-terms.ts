/** The words of the fixed list of rights: what several functions have alike. */

export interface Right {
  readonly actions: readonly string[];
  readonly on: readonly string[];
  /** Conditions, as `render.ts` writes them. */
  readonly when?: string;
}

export const ZONES = ['us-east-1a', 'us-east-1b', 'us-east-1c'] as const;

export const CLUSTER_ID = '<DatabaseAuroraCluster>';
export const CLUSTER = `arn:aws:rds:us-east-1:<account>:cluster:${CLUSTER_ID}`;
export const MEMBERS = [1, 2, 3].map(
  (n) => `arn:aws:rds:us-east-1:<account>:db:<DatabaseAuroraClusterMember${n}>`,
);
export const POOL_ENDPOINT = 'arn:aws:rds:us-east-1:<account>:cluster-endpoint:understudy-demo-readers';
export const STATE_TABLE = '<StateTable.Arn>';
const THROTTLE_TABLE = '<ThrottleTable.Arn>';
const FRONT_TABLE = '<FrontTable.Arn>';

/** What Lambda itself does with the role of every function: its log, and the events that are given up. */
export function everyFunction(logGroup: string): readonly Right[] {
  return [
    { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], on: [`<${logGroup}Logs.Arn>`] },
    { actions: ['sqs:SendMessage'], on: ['<DeadLettersQueue.Arn>'] },
  ];
}

/** What Lambda itself does with the role of a function that a table's stream wakes. */
export const streamOf = (table: string): readonly Right[] => [
  {
    actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
    on: [`<${table}.StreamArn>`],
  },
  { actions: ['dynamodb:ListStreams'], on: ['*'] },
];
export const STREAM = streamOf('StateTable');

/** What Lambda itself does with the role of a function in the VPC, before the network interface is there. */
export const NETWORK_INTERFACES: readonly Right[] = [
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

export const READ_STATE: Right = { actions: ['dynamodb:GetItem', 'dynamodb:Query'], on: [STATE_TABLE] };

export function onPartitions(
  table: string,
  actions: readonly string[],
  partitions: readonly string[],
): Right {
  const keys = partitions.toSorted().join('|');
  const when = `ForAllValues:StringEquals dynamodb:LeadingKeys=${keys} and Null dynamodb:LeadingKeys=false`;
  return { actions, on: [table], when };
}

export const put = (...partitions: readonly string[]): Right =>
  onPartitions(STATE_TABLE, ['dynamodb:PutItem'], partitions);
export const lease = (name: string): Right =>
  onPartitions(STATE_TABLE, ['dynamodb:UpdateItem'], [`lease#${name}`]);
export const onThrottle = (actions: readonly string[], ...partitions: readonly string[]): Right =>
  onPartitions(THROTTLE_TABLE, actions, partitions);

export const onFront = (actions: readonly string[], ...partitions: readonly string[]): Right =>
  onPartitions(FRONT_TABLE, actions, partitions);

export const connectAs = (user: string): Right => ({
  actions: ['rds-db:connect'],
  on: [`arn:aws:rds-db:us-east-1:<account>:dbuser:<DatabaseAuroraCluster.DBClusterResourceId>/${user}`],
});

const GROUPS = [0, 1, 2, 3].map((n) => `demo-cache-${n}`).concat('demo-gutter-0');
const elastiCache = (resource: string): string => `arn:aws:elasticache:us-east-1:<account>:${resource}`;
export const NODES = GROUPS.map((group) => elastiCache(`cluster:${group}-001`));
export const GROUP_ARNS = GROUPS.map((group) => elastiCache(`replicationgroup:${group}`));

export const connectToCacheAs = (user: string): Right => ({
  actions: ['elasticache:Connect'],
  on: [...GROUP_ARNS, elastiCache(`user:demo-${user}`)],
});

export const DESCRIBE: readonly Right[] = [
  { actions: ['rds:DescribeDBClusters'], on: [CLUSTER] },
  { actions: ['rds:DescribeDBInstances'], on: MEMBERS },
];

/** Rights that Lambda and the flow logs use themselves with a role that is not theirs: no port of ours can. */
export const SERVICE_SIDE = { has: ({ actions }: Right): boolean => actions.every(isServiceSide) };

function isServiceSide(action: string): boolean {
  return /^(logs|sqs|ec2):|^dynamodb:(DescribeStream|GetRecords|GetShardIterator|ListStreams)$/.test(action);
}

export const invoke = (fn: string): readonly Right[] => [
  { actions: ['lambda:InvokeFunction'], on: [`<${fn}Function.Arn>`] },
];
