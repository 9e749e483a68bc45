/** Every operation the sandbox serves goes through the real client and back unchanged. */

import * as fc from 'fast-check';
import * as CloudFormation from '@aws-sdk/client-cloudformation';
import * as CloudWatch from '@aws-sdk/client-cloudwatch';
import * as DynamoDB from '@aws-sdk/client-dynamodb';
import * as EventBridge from '@aws-sdk/client-eventbridge';
import * as Lambda from '@aws-sdk/client-lambda';
import * as RDS from '@aws-sdk/client-rds';
import * as RDSData from '@aws-sdk/client-rds-data';
import * as SecretsManager from '@aws-sdk/client-secrets-manager';
import * as SSM from '@aws-sdk/client-ssm';
import * as STS from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AwsError, type AwsService, type Operation } from '../../../../proving/sandbox/kernel/index.ts';
import { createEndpoint } from '../../../../proving/sandbox/wire/index.ts';
import { operationSchemas } from '../../../../proving/sandbox/wire/schema.ts';
import { valueOf } from './schema-values.ts';
import { OPERATOR_KEY, REGION, testIdentity, testWorld } from './world.ts';

type Sdk = Readonly<Record<string, any>>;

interface Row {
  readonly signingName: string;
  readonly sdk: Sdk;
  readonly client: string;
  readonly operations: readonly string[];
  /** An error of the service, as a part would throw it, and the class the client makes of it. */
  readonly error: { readonly code: string; readonly className: string };
}

const TABLE: readonly Row[] = [
  {
    signingName: 'sts',
    sdk: STS,
    client: 'STSClient',
    operations: ['GetCallerIdentity', 'AssumeRole'],
    error: { code: 'ExpiredTokenException', className: 'ExpiredTokenException' },
  },
  {
    signingName: 'cloudformation',
    sdk: CloudFormation,
    client: 'CloudFormationClient',
    operations: [
      'DescribeStacks',
      'DescribeStackEvents',
      'DescribeStackResources',
      'DescribeStackResource',
      'ListStackResources',
      'ListStacks',
      'ListExports',
      'GetTemplate',
      'GetTemplateSummary',
      'CreateChangeSet',
      'DescribeChangeSet',
      'ExecuteChangeSet',
      'DeleteChangeSet',
      'DeleteStack',
      'UpdateTerminationProtection',
      'DescribeEvents',
    ],
    error: { code: 'AlreadyExistsException', className: 'AlreadyExistsException' },
  },
  {
    signingName: 'dynamodb',
    sdk: DynamoDB,
    client: 'DynamoDBClient',
    operations: [
      'GetItem',
      'PutItem',
      'UpdateItem',
      'DeleteItem',
      'Query',
      'Scan',
      'BatchGetItem',
      'BatchWriteItem',
      'TransactWriteItems',
      'TransactGetItems',
      'DescribeTable',
      'ListTables',
    ],
    error: { code: 'ConditionalCheckFailedException', className: 'ConditionalCheckFailedException' },
  },
  {
    signingName: 'rds',
    sdk: RDS,
    client: 'RDSClient',
    operations: [
      'DescribeDBClusters',
      'DescribeDBInstances',
      'DescribeDBClusterEndpoints',
      'ModifyDBClusterEndpoint',
      'FailoverDBCluster',
      'DescribeEvents',
      'ListTagsForResource',
      'RebootDBInstance',
    ],
    error: { code: 'DBClusterNotFoundFault', className: 'DBClusterNotFoundFault' },
  },
  {
    signingName: 'rds-data',
    sdk: RDSData,
    client: 'RDSDataClient',
    operations: [
      'ExecuteStatement',
      'BatchExecuteStatement',
      'BeginTransaction',
      'CommitTransaction',
      'RollbackTransaction',
    ],
    error: { code: 'DatabaseErrorException', className: 'DatabaseErrorException' },
  },
  {
    signingName: 'monitoring',
    sdk: CloudWatch,
    client: 'CloudWatchClient',
    operations: [
      'DescribeAlarms',
      'PutMetricData',
      'SetAlarmState',
      'GetMetricData',
      'GetMetricStatistics',
      'DescribeAlarmHistory',
      'ListMetrics',
    ],
    error: { code: 'ResourceNotFound', className: 'ResourceNotFound' },
  },
  {
    signingName: 'lambda',
    sdk: Lambda,
    client: 'LambdaClient',
    operations: ['Invoke', 'ListFunctions', 'GetFunction', 'GetFunctionConfiguration'],
    error: { code: 'ResourceNotFoundException', className: 'ResourceNotFoundException' },
  },
  {
    signingName: 'events',
    sdk: EventBridge,
    client: 'EventBridgeClient',
    operations: ['PutEvents', 'ListRules', 'DescribeRule'],
    error: { code: 'ResourceNotFoundException', className: 'ResourceNotFoundException' },
  },
  {
    signingName: 'ssm',
    sdk: SSM,
    client: 'SSMClient',
    operations: [
      'GetParameter',
      'GetParameters',
      'GetParametersByPath',
      'PutParameter',
      'DeleteParameter',
      'DeleteParameters',
      'DescribeParameters',
      'GetParameterHistory',
    ],
    error: { code: 'ParameterNotFound', className: 'ParameterNotFound' },
  },
  {
    signingName: 'secretsmanager',
    sdk: SecretsManager,
    client: 'SecretsManagerClient',
    operations: ['GetSecretValue', 'DescribeSecret'],
    error: { code: 'ResourceNotFoundException', className: 'ResourceNotFoundException' },
  },
];

/** A global EventBridge endpoint needs another signature version, which the client does not ship. */
const CLIENT_ONLY = ['EndpointId'];
const RUNS = 12;

const endpoint = createEndpoint(testWorld(), { identity: testIdentity() });
let received: unknown;
let reply: (() => unknown) | null = null;

function echo(row: Row, client: any): AwsService {
  const entries = row.operations.map((name) => {
    const op: Operation<unknown> = {
      authorize: () => [],
      handle: (input) => {
        received = input;
        return reply?.() ?? {};
      },
    };
    return [name, op] as const;
  });
  return { signingName: row.signingName, sdk: row.sdk, client, operations: Object.fromEntries(entries) };
}

const clients = new Map<string, any>();

beforeAll(async () => {
  await endpoint.listen(0);
  for (const row of TABLE) {
    const client = new row.sdk[row.client]({
      region: REGION,
      endpoint: endpoint.addressUrl,
      credentials: OPERATOR_KEY,
      maxAttempts: 1,
    });
    clients.set(row.signingName, client);
    endpoint.add(echo(row, client));
  }
});

afterAll(async () => {
  for (const client of clients.values()) client.destroy();
  await endpoint.stop();
});

function send(row: Row, name: string, input: unknown): Promise<any> {
  return clients.get(row.signingName).send(new row.sdk[`${name}Command`](input));
}

/** The client's own kinds of byte array become plain ones. */
function withoutMetadata(answer: any): unknown {
  const output = { ...answer };
  delete output.$metadata;
  for (const [name, value] of Object.entries(output)) {
    if (value instanceof Uint8Array) output[name] = new Uint8Array(value);
  }
  return output;
}

describe.each(TABLE.map((row) => [row.signingName, row] as const))('%s', (_name, row) => {
  const schemas = operationSchemas(row.sdk);

  it.each(row.operations)(
    '%s carries its input and output through the real client unchanged',
    async (name) => {
      const schema = schemas.get(name);
      if (!schema) throw new Error(`${row.signingName} has no operation ${name}`);
      const runs = fc.asyncProperty(
        valueOf(schema.input, { omit: CLIENT_ONLY }),
        valueOf(schema.output),
        async (input, output) => {
          reply = () => output;
          const answer = await send(row, name, structuredClone(input));
          expect(received).toEqual(input);
          expect(withoutMetadata(answer)).toEqual(output);
        },
      );
      await fc.assert(runs, { numRuns: RUNS, seed: 7 });
    },
  );

  it('answers an error that the client types', async () => {
    reply = () => {
      throw new AwsError(row.error.code, 'the reason');
    };
    const name = row.operations[0] ?? '';
    const schema = schemas.get(name);
    if (!schema) throw new Error(`${row.signingName} has no operation ${name}`);
    const [input] = fc.sample(valueOf(schema.input, { omit: CLIENT_ONLY }), { numRuns: 1, seed: 1 });
    const error = await send(row, name, input).then(
      () => null,
      (cause: unknown) => cause as Error,
    );
    expect(error).toBeInstanceOf(row.sdk[row.error.className]);
    expect(error).toMatchObject({ name: row.error.className, message: 'the reason' });
  });
});
