/**
 * What AWS checks for each call the sandbox serves: from the Service Authorization Reference and the pages of the
 * services, not from our maps. One row a way to call an operation; a list call stands beside the call for one thing.
 */

export interface NeededRight {
  /** Without the service's prefix where it is the row's own. */
  readonly action: string;
  readonly on: string;
  /** Condition keys that the request must carry; others may be there too. */
  readonly keys?: Readonly<Record<string, string | readonly string[]>>;
  /** Condition keys that it must not carry. */
  readonly without?: readonly string[];
}

export type Row = readonly [operation: string, input: object, ...needs: readonly NeededRight[]];

const HERE = 'us-east-1:123456789012';
const rds = (kind: string, name: string): string => `arn:aws:rds:${HERE}:${kind}:${name}`;
const alarm = (name: string): string => `arn:aws:cloudwatch:${HERE}:alarm:${name}`;
const parameter = (path: string): string => `arn:aws:ssm:${HERE}:parameter${path}`;
const TABLE = `arn:aws:dynamodb:${HERE}:table/state`;
const FUNCTION = `arn:aws:lambda:${HERE}:function:demo`;
const BUCKET = 'arn:aws:s3:::bucket';
const OBJECT = `${BUCKET}/folder/key`;
const SECRET = `arn:aws:secretsmanager:${HERE}:secret:demo/master-AbCdEf`;
const STACK = `arn:aws:cloudformation:${HERE}:stack/Demo/*`;
const ROLE = 'arn:aws:iam::123456789012:role/deploy';

const item = (pk: string): object => ({ pk: { S: pk }, sk: { S: 's' } });
const LEADING = 'dynamodb:LeadingKeys';
const ENCLOSING = 'dynamodb:EnclosingOperation';

const RDS: readonly Row[] = [
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
const RDS_DATA: readonly Row[] = [
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

const DYNAMODB: readonly Row[] = [
  [
    'GetItem',
    { TableName: 'state', Key: item('a') },
    { action: 'GetItem', on: TABLE, keys: { [LEADING]: ['a'] } },
  ],
  [
    'PutItem',
    { TableName: 'state', Item: item('a') },
    { action: 'PutItem', on: TABLE, keys: { [LEADING]: ['a'] } },
  ],
  [
    'UpdateItem',
    { TableName: 'state', Key: item('a') },
    { action: 'UpdateItem', on: TABLE, keys: { [LEADING]: ['a'] } },
  ],
  [
    'DeleteItem',
    { TableName: 'state', Key: item('a') },
    { action: 'DeleteItem', on: TABLE, keys: { [LEADING]: ['a'] } },
  ],
  [
    'Query',
    {
      TableName: 'state',
      KeyConditionExpression: '#p = :p AND sk > :s',
      ExpressionAttributeNames: { '#p': 'pk' },
      ExpressionAttributeValues: { ':p': { S: 'a' }, ':s': { S: '' } },
    },
    { action: 'Query', on: TABLE, keys: { [LEADING]: ['a'], 'dynamodb:Select': 'ALL_ATTRIBUTES' } },
  ],
  [
    'Query',
    {
      TableName: 'state',
      IndexName: 'by-age',
      KeyConditionExpression: 'pk = :p',
      ExpressionAttributeValues: { ':p': { S: 'a' } },
    },
    { action: 'Query', on: `${TABLE}/index/by-age` },
  ],
  // A scan has no leading key: a condition on its keys must be guarded by Null.
  ['Scan', { TableName: 'state' }, { action: 'Scan', on: TABLE, without: [LEADING] }],
  [
    'BatchGetItem',
    { RequestItems: { state: { Keys: [item('a'), item('b')] } } },
    { action: 'BatchGetItem', on: TABLE, keys: { [LEADING]: ['a', 'b'] } },
  ],
  [
    'BatchWriteItem',
    { RequestItems: { state: [{ PutRequest: { Item: item('a') } }, { DeleteRequest: { Key: item('b') } }] } },
    { action: 'BatchWriteItem', on: TABLE, keys: { [LEADING]: ['a', 'b'] } },
  ],
  // There is no right to a transaction: each of its parts is checked by itself.
  [
    'TransactWriteItems',
    {
      TransactItems: [
        { Put: { TableName: 'state', Item: item('a') } },
        { Update: { TableName: 'state', Key: item('b'), UpdateExpression: 'REMOVE x' } },
        { Delete: { TableName: 'state', Key: item('c') } },
        {
          ConditionCheck: { TableName: 'state', Key: item('d'), ConditionExpression: 'attribute_exists(pk)' },
        },
      ],
    },
    { action: 'PutItem', on: TABLE, keys: { [LEADING]: ['a'], [ENCLOSING]: 'TransactWriteItems' } },
    { action: 'UpdateItem', on: TABLE, keys: { [LEADING]: ['b'], [ENCLOSING]: 'TransactWriteItems' } },
    { action: 'DeleteItem', on: TABLE, keys: { [LEADING]: ['c'], [ENCLOSING]: 'TransactWriteItems' } },
    { action: 'ConditionCheckItem', on: TABLE, keys: { [LEADING]: ['d'] } },
  ],
  [
    'TransactGetItems',
    { TransactItems: [{ Get: { TableName: 'state', Key: item('a') } }] },
    { action: 'GetItem', on: TABLE, keys: { [LEADING]: ['a'], [ENCLOSING]: 'TransactGetItems' } },
  ],
  ['DescribeTable', { TableName: 'state' }, { action: 'DescribeTable', on: TABLE }],
  ['DescribeTimeToLive', { TableName: 'state' }, { action: 'DescribeTimeToLive', on: TABLE }],
  ['ListTables', {}, { action: 'ListTables', on: '*' }],
];

const SSM: readonly Row[] = [
  ['GetParameter', { Name: '/a/b' }, { action: 'GetParameter', on: parameter('/a/b') }],
  ['GetParameter', { Name: 'plain' }, { action: 'GetParameter', on: parameter('/plain') }],
  ['GetParameter', { Name: '/a/b:3' }, { action: 'GetParameter', on: parameter('/a/b') }],
  [
    'GetParameters',
    { Names: ['/a', '/b'] },
    { action: 'GetParameters', on: parameter('/a') },
    { action: 'GetParameters', on: parameter('/b') },
  ],
  [
    'GetParametersByPath',
    { Path: '/understudy/demo', Recursive: true },
    { action: 'GetParametersByPath', on: parameter('/understudy/demo'), keys: { 'ssm:Recursive': 'true' } },
  ],
  [
    'GetParametersByPath',
    { Path: '/' },
    { action: 'GetParametersByPath', on: parameter('/'), keys: { 'ssm:Recursive': 'false' } },
  ],
  ['DescribeParameters', {}, { action: 'DescribeParameters', on: '*' }],
  ['GetParameterHistory', { Name: '/a' }, { action: 'GetParameterHistory', on: parameter('/a') }],
  [
    'PutParameter',
    { Name: '/a', Value: 'x', Overwrite: true },
    { action: 'PutParameter', on: parameter('/a'), keys: { 'ssm:Overwrite': 'true' } },
  ],
  [
    'PutParameter',
    { Name: '/a', Value: 'x' },
    { action: 'PutParameter', on: parameter('/a'), keys: { 'ssm:Overwrite': 'false' } },
  ],
  ['DeleteParameter', { Name: '/a' }, { action: 'DeleteParameter', on: parameter('/a') }],
  ['DeleteParameters', { Names: ['/a'] }, { action: 'DeleteParameters', on: parameter('/a') }],
];

const CLOUDWATCH: readonly Row[] = [
  ['DescribeAlarms', {}, { action: 'DescribeAlarms', on: alarm('*') }],
  ['DescribeAlarms', { AlarmNamePrefix: 'demo-' }, { action: 'DescribeAlarms', on: alarm('*') }],
  [
    'DescribeAlarms',
    { AlarmNames: ['a', 'b'] },
    { action: 'DescribeAlarms', on: alarm('a') },
    { action: 'DescribeAlarms', on: alarm('b') },
  ],
  ['DescribeAlarmHistory', { AlarmName: 'a' }, { action: 'DescribeAlarmHistory', on: alarm('a') }],
  ['DescribeAlarmHistory', {}, { action: 'DescribeAlarmHistory', on: alarm('*') }],
  ['SetAlarmState', { AlarmName: 'a' }, { action: 'SetAlarmState', on: alarm('a') }],
  [
    'PutMetricData',
    { Namespace: 'Understudy', MetricData: [] },
    { action: 'PutMetricData', on: '*', keys: { 'cloudwatch:namespace': 'Understudy' } },
  ],
  ['GetMetricData', { MetricDataQueries: [] }, { action: 'GetMetricData', on: '*' }],
  ['GetMetricStatistics', { Namespace: 'AWS/RDS' }, { action: 'GetMetricStatistics', on: '*' }],
  ['ListMetrics', {}, { action: 'ListMetrics', on: '*' }],
];

const LAMBDA: readonly Row[] = [
  ['Invoke', { FunctionName: 'demo' }, { action: 'InvokeFunction', on: FUNCTION }],
  [
    'Invoke',
    { FunctionName: FUNCTION, InvocationType: 'DryRun' },
    { action: 'InvokeFunction', on: FUNCTION },
  ],
  [
    'Invoke',
    { FunctionName: 'demo', Qualifier: 'live' },
    { action: 'InvokeFunction', on: `${FUNCTION}:live` },
  ],
  ['ListFunctions', {}, { action: 'ListFunctions', on: '*' }],
  ['GetFunction', { FunctionName: 'demo' }, { action: 'GetFunction', on: FUNCTION }],
  [
    'GetFunctionConfiguration',
    { FunctionName: 'demo' },
    { action: 'GetFunctionConfiguration', on: FUNCTION },
  ],
];

const EVENTS: readonly Row[] = [
  [
    'PutEvents',
    { Entries: [{ Source: 'shop', DetailType: 'Order', Detail: '{}' }] },
    {
      action: 'PutEvents',
      on: `arn:aws:events:${HERE}:event-bus/default`,
      keys: { 'events:source': ['shop'], 'events:detail-type': ['Order'] },
    },
  ],
  ['ListRules', {}, { action: 'ListRules', on: '*' }],
  ['DescribeRule', { Name: 'r' }, { action: 'DescribeRule', on: `arn:aws:events:${HERE}:rule/r` }],
];

const SECRETS: readonly Row[] = [
  [
    'GetSecretValue',
    { SecretId: SECRET, VersionStage: 'AWSCURRENT' },
    {
      action: 'GetSecretValue',
      on: SECRET,
      keys: { 'secretsmanager:SecretId': SECRET, 'secretsmanager:VersionStage': 'AWSCURRENT' },
    },
  ],
  ['DescribeSecret', { SecretId: SECRET }, { action: 'DescribeSecret', on: SECRET }],
];

const onBucket = ['HeadBucket s3:ListBucket', 'GetBucketLocation', 'GetBucketVersioning', 'GetBucketPolicy'];
const onObject = [
  'GetObject',
  'HeadObject s3:GetObject',
  'PutObject',
  'DeleteObject',
  'CreateMultipartUpload s3:PutObject',
  'UploadPart s3:PutObject',
  'CompleteMultipartUpload s3:PutObject',
  'AbortMultipartUpload',
];

function each(operations: readonly string[], input: object, on: string): readonly Row[] {
  return operations.map((text) => {
    const [operation = '', action = operation] = text.split(' ');
    return [operation, input, { action, on }];
  });
}

const S3: readonly Row[] = [
  ['ListBuckets', {}, { action: 's3:ListAllMyBuckets', on: '*' }],
  ...each(onBucket, { Bucket: 'bucket' }, BUCKET),
  ...each(['GetBucketEncryption s3:GetEncryptionConfiguration'], { Bucket: 'bucket' }, BUCKET),
  [
    'ListObjectsV2',
    { Bucket: 'bucket', Prefix: 'folder/', MaxKeys: 5 },
    { action: 'ListBucket', on: BUCKET, keys: { 's3:prefix': 'folder/', 's3:max-keys': '5' } },
  ],
  ...each(onObject, { Bucket: 'bucket', Key: 'folder/key', UploadId: 'u', PartNumber: 1 }, OBJECT),
  [
    'DeleteObjects',
    { Bucket: 'bucket', Delete: { Objects: [{ Key: 'folder/key' }, { Key: 'other' }] } },
    { action: 'DeleteObject', on: OBJECT },
    { action: 'DeleteObject', on: `${BUCKET}/other` },
  ],
];

const STS: readonly Row[] = [
  ['GetCallerIdentity', {}],
  [
    'AssumeRole',
    { RoleArn: ROLE, RoleSessionName: 'cdk', ExternalId: 'agreed' },
    { action: 'AssumeRole', on: ROLE, keys: { 'sts:ExternalId': 'agreed', 'sts:RoleSessionName': 'cdk' } },
  ],
];

const ON_A_STACK = [
  'DescribeStacks',
  'DescribeStackEvents',
  'DescribeStackResources',
  'DescribeStackResource',
  'ListStackResources',
  'GetTemplate',
  'GetTemplateSummary',
  'DescribeChangeSet',
  'ListChangeSets',
  'DescribeEvents',
  'CreateChangeSet',
  'ExecuteChangeSet',
  'DeleteChangeSet',
  'CreateStack',
  'UpdateStack',
  'DeleteStack',
  'UpdateTerminationProtection',
  'RollbackStack',
  'ContinueUpdateRollback',
];

const CLOUDFORMATION: readonly Row[] = [
  ...each(ON_A_STACK, { StackName: 'Demo', ChangeSetName: 'c', LogicalResourceId: 'L' }, STACK),
  ...each(
    ['DescribeStacks', 'ListStacks', 'ListExports', 'ListImports', 'ListHookResults', 'ValidateTemplate'],
    {},
    '*',
  ),
  // Giving CloudFormation a role is a right of its own.
  [
    'CreateStack',
    { StackName: 'Demo', RoleARN: ROLE },
    { action: 'CreateStack', on: STACK },
    { action: 'iam:PassRole', on: ROLE, keys: { 'iam:PassedToService': 'cloudformation.amazonaws.com' } },
  ],
];

/** By signing name; the prefix of the actions differs for CloudWatch. */
const ZONE = 'arn:aws:route53:::hostedzone/Z1';

const ROUTE53: readonly Row[] = [
  ['ListHostedZones', {}, { action: 'ListHostedZones', on: '*' }],
  ['GetHostedZone', { Id: 'Z1' }, { action: 'GetHostedZone', on: ZONE }],
  ['ListResourceRecordSets', { HostedZoneId: 'Z1' }, { action: 'ListResourceRecordSets', on: ZONE }],
];

export const OPERATIONS: Readonly<Record<string, readonly Row[]>> = {
  cloudformation: CLOUDFORMATION,
  dynamodb: DYNAMODB,
  events: EVENTS,
  lambda: LAMBDA,
  monitoring: CLOUDWATCH,
  rds: RDS,
  'rds-data': RDS_DATA,
  route53: ROUTE53,
  s3: S3,
  secretsmanager: SECRETS,
  ssm: SSM,
  sts: STS,
};

export const PREFIXES: Readonly<Record<string, string>> = { monitoring: 'cloudwatch' };
