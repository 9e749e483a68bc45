import {
  ENCLOSING,
  LEADING,
  BUCKET,
  OBJECT,
  SECRET,
  TABLE,
  item,
  parameter,
  type Row,
  each,
} from './rights.ts';

export const DYNAMODB: readonly Row[] = [
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

export const SSM: readonly Row[] = [
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

export const SECRETS: readonly Row[] = [
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

export const S3: readonly Row[] = [
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
