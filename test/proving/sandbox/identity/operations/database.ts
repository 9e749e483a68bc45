import { SECRET, rds, type Row } from './rights.ts';

export const RDS: readonly Row[] = [
  ['DescribeDBClusters', {}, { action: 'DescribeDBClusters', on: rds('cluster', '*') }],
  [
    'DescribeDBClusters',
    { DBClusterIdentifier: 'demo' },
    { action: 'DescribeDBClusters', on: rds('cluster', 'demo') },
  ],
  // A filter narrows the answer, not the right.
  [
    'DescribeDBClusters',
    { Filters: [{ Name: 'db-cluster-id', Values: ['demo'] }] },
    { action: 'DescribeDBClusters', on: rds('cluster', '*') },
  ],
  ['DescribeDBInstances', {}, { action: 'DescribeDBInstances', on: rds('db', '*') }],
  [
    'DescribeDBInstances',
    { DBInstanceIdentifier: 'one' },
    { action: 'DescribeDBInstances', on: rds('db', 'one') },
  ],
  [
    'DescribeDBClusterEndpoints',
    {},
    { action: 'DescribeDBClusterEndpoints', on: rds('cluster-endpoint', '*') },
  ],
  [
    'DescribeDBClusterEndpoints',
    { DBClusterIdentifier: 'demo' },
    { action: 'DescribeDBClusterEndpoints', on: rds('cluster', 'demo') },
  ],
  [
    'DescribeDBClusterEndpoints',
    { DBClusterIdentifier: 'demo', DBClusterEndpointIdentifier: 'readers' },
    { action: 'DescribeDBClusterEndpoints', on: rds('cluster', 'demo') },
    { action: 'DescribeDBClusterEndpoints', on: rds('cluster-endpoint', 'readers') },
  ],
  ['DescribeEvents', {}, { action: 'DescribeEvents', on: '*' }],
  [
    'DescribeEvents',
    { SourceIdentifier: 'demo', SourceType: 'db-cluster' },
    { action: 'DescribeEvents', on: '*' },
  ],
  [
    'ListTagsForResource',
    { ResourceName: rds('cluster', 'demo') },
    { action: 'ListTagsForResource', on: rds('cluster', 'demo') },
  ],
  [
    'ModifyDBClusterEndpoint',
    { DBClusterEndpointIdentifier: 'readers', ExcludedMembers: ['one'] },
    { action: 'ModifyDBClusterEndpoint', on: rds('cluster-endpoint', 'readers') },
  ],
  [
    'FailoverDBCluster',
    { DBClusterIdentifier: 'demo' },
    { action: 'FailoverDBCluster', on: rds('cluster', 'demo') },
  ],
  [
    'FailoverDBCluster',
    { DBClusterIdentifier: 'demo', TargetDBInstanceIdentifier: 'two' },
    { action: 'FailoverDBCluster', on: rds('cluster', 'demo') },
    { action: 'FailoverDBCluster', on: rds('db', 'two') },
  ],
];

/** The Data API reads the secret in the caller's name. */
export const RDS_DATA: readonly Row[] = [
  'ExecuteStatement',
  'BatchExecuteStatement',
  'BeginTransaction',
  'CommitTransaction',
  'RollbackTransaction',
].map((operation) => [
  operation,
  { resourceArn: rds('cluster', 'demo'), secretArn: SECRET, transactionId: 't', sql: 'select 1' },
  { action: operation, on: rds('cluster', 'demo') },
  { action: 'secretsmanager:GetSecretValue', on: SECRET },
]);
