import { HERE, type Row } from './rights.ts';

const cache = (kind: string, name: string): string => `arn:aws:elasticache:${HERE}:${kind}:${name}`;

/** One thing by its name, or all of a kind. */
function described(operation: string, field: string, kind: string): readonly Row[] {
  return [
    [operation, {}, { action: operation, on: cache(kind, '*') }],
    [operation, { [field]: 'demo-0' }, { action: operation, on: cache(kind, 'demo-0') }],
  ];
}

export const ELASTICACHE: readonly Row[] = [
  ...described('DescribeReplicationGroups', 'ReplicationGroupId', 'replicationgroup'),
  ...described('DescribeCacheClusters', 'CacheClusterId', 'cluster'),
  ...described('DescribeUsers', 'UserId', 'user'),
  ...described('DescribeUserGroups', 'UserGroupId', 'usergroup'),
  ['DescribeEvents', {}, { action: 'DescribeEvents', on: '*' }],
  [
    'ListTagsForResource',
    { ResourceName: cache('replicationgroup', 'demo-0') },
    { action: 'ListTagsForResource', on: cache('replicationgroup', 'demo-0') },
  ],
  [
    'RebootCacheCluster',
    { CacheClusterId: 'demo-0-001', CacheNodeIdsToReboot: ['0001'] },
    { action: 'RebootCacheCluster', on: cache('cluster', 'demo-0-001') },
  ],
  [
    'TestFailover',
    { ReplicationGroupId: 'demo-0', NodeGroupId: '0001' },
    { action: 'TestFailover', on: cache('replicationgroup', 'demo-0') },
  ],
  [
    'ModifyReplicationGroup',
    { ReplicationGroupId: 'demo-0', ReplicationGroupDescription: 'x' },
    { action: 'ModifyReplicationGroup', on: cache('replicationgroup', 'demo-0') },
  ],
];
