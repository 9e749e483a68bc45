/** What the endpoint does around an operation: who may call, what is refused, what is counted. */

import http from 'node:http';
import * as CloudWatch from '@aws-sdk/client-cloudwatch';
import * as DynamoDB from '@aws-sdk/client-dynamodb';
import * as RDS from '@aws-sdk/client-rds';
import * as SSM from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AwsError, type AwsService, operation } from '../../../../proving/sandbox/kernel/index.ts';
import { type CallEntry, type Endpoint, createEndpoint } from '../../../../proving/sandbox/wire/index.ts';
import { OPERATOR_KEY, REGION, ROLE_KEY, testIdentity, testWorld } from './world.ts';

type Credentials = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };

const CLUSTER = 'arn:aws:rds:us-east-1:123456789012:cluster:demo';

let endpoint: Endpoint;
let world: ReturnType<typeof testWorld>;

const config = (credentials: Credentials = OPERATOR_KEY, region = REGION) => ({
  region,
  endpoint: endpoint.addressUrl,
  credentials,
  maxAttempts: 1,
});

function rdsService(): AwsService {
  return {
    signingName: 'rds',
    sdk: RDS,
    client: new RDS.RDSClient({ region: REGION, credentials: OPERATOR_KEY }),
    operations: {
      FailoverDBCluster: operation<RDS.FailoverDBClusterCommandInput, object>({
        authorize: () => [{ action: 'rds:FailoverDBCluster', resource: CLUSTER }],
        handle: ({ DBClusterIdentifier }) => ({ DBCluster: { DBClusterIdentifier, Status: 'failing-over' } }),
      }),
      DescribeEvents: operation({
        authorize: () => [],
        handle: () => {
          throw new TypeError('a defect of the part');
        },
      }),
      RebootDBInstance: { handle: () => ({}) } as never,
    },
  };
}

beforeEach(async () => {
  world = testWorld();
  endpoint = createEndpoint(world, { identity: testIdentity(['rds:FailoverDBCluster']) });
  endpoint.add(rdsService());
  await endpoint.listen(0);
});

afterEach(() => endpoint.stop());

function failover(credentials?: Credentials, region?: string): Promise<RDS.FailoverDBClusterCommandOutput> {
  const client = new RDS.RDSClient(config(credentials, region));
  return client.send(new RDS.FailoverDBClusterCommand({ DBClusterIdentifier: 'demo' }));
}

const failure = (promise: Promise<unknown>): Promise<any> =>
  promise.then(
    () => {
      throw new Error('the call succeeded');
    },
    (cause: unknown) => cause,
  );

describe('who may call', () => {
  it('answers the operator and a role whose policy allows the action', async () => {
    expect((await failover()).DBCluster?.Status).toBe('failing-over');
    expect((await failover(ROLE_KEY)).DBCluster?.Status).toBe('failing-over');
  });

  it('refuses a wrong secret', async () => {
    const error = await failure(failover({ ...OPERATOR_KEY, secretAccessKey: 'wrong' }));
    expect(error).toMatchObject({ name: 'SignatureDoesNotMatch', $metadata: { httpStatusCode: 403 } });
  });

  it('refuses an unknown key, under the name each protocol has for it', async () => {
    const stranger = { accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' };
    expect(await failure(failover(stranger))).toMatchObject({
      name: 'InvalidClientTokenId',
      $metadata: { httpStatusCode: 403 },
    });
    endpoint.add({
      signingName: 'ssm',
      sdk: SSM,
      client: new SSM.SSMClient({ region: REGION, credentials: OPERATOR_KEY }),
      operations: { GetParameter: operation({ authorize: () => [], handle: () => ({}) }) },
    });
    const ssm = new SSM.SSMClient(config(stranger));
    expect(await failure(ssm.send(new SSM.GetParameterCommand({ Name: '/a' })))).toMatchObject({
      name: 'UnrecognizedClientException',
      $metadata: { httpStatusCode: 403 },
    });
  });

  it('refuses a session without its token, or with another', async () => {
    const { sessionToken: _, ...withoutToken } = ROLE_KEY;
    expect((await failure(failover(withoutToken))).name).toBe('InvalidClientTokenId');
    expect((await failure(failover({ ...ROLE_KEY, sessionToken: 'other' }))).name).toBe(
      'InvalidClientTokenId',
    );
  });

  it('names the Region to set when a request is signed for another', async () => {
    const error = await failure(failover(OPERATOR_KEY, 'eu-west-1'));
    expect(error.message).toContain("'eu-west-1' was given, this endpoint serves 'us-east-1'");
  });

  it('refuses a signature that is a quarter of an hour old', async () => {
    await endpoint.stop();
    const late = testWorld({ now: () => Date.now() + 16 * 60_000 });
    endpoint = createEndpoint(late, { identity: testIdentity() });
    endpoint.add(rdsService());
    await endpoint.listen(0);
    const client = new RDS.RDSClient(config());
    const error = await failure(
      client.send(new RDS.FailoverDBClusterCommand({ DBClusterIdentifier: 'demo' })),
    );
    expect(error.message).toContain('Signature expired');
  });

  it('refuses a request without a signature', async () => {
    const response = await fetch(endpoint.addressUrl, { method: 'POST', body: 'Action=DescribeEvents' });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ __type: 'MissingAuthenticationToken' });
  });

  it('denies what the identity denies, and an operation that has no map of permissions', async () => {
    const reboot = new RDS.RebootDBInstanceCommand({ DBInstanceIdentifier: 'demo-a' });
    expect(await failure(new RDS.RDSClient(config()).send(reboot))).toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('rds:RebootDBInstance has no map of the permissions'),
    });
  });
});

describe('what is refused', () => {
  it('names an operation the sandbox does not have', async () => {
    const command = new RDS.CreateDBClusterCommand({ DBClusterIdentifier: 'x', Engine: 'aurora-postgresql' });
    expect(await failure(new RDS.RDSClient(config()).send(command))).toMatchObject({
      message: expect.stringContaining('rds:CreateDBCluster is not implemented by the sandbox'),
      $metadata: { httpStatusCode: 501 },
    });
  });

  it('names a service the sandbox does not have', async () => {
    const client = new CloudWatch.CloudWatchClient(config());
    expect(await failure(client.send(new CloudWatch.ListMetricsCommand({})))).toMatchObject({
      message: expect.stringContaining("The sandbox has no service 'monitoring'. It serves: rds."),
      $metadata: { httpStatusCode: 501 },
    });
  });

  it('names the member that is missing or of the wrong type', async () => {
    const client = new RDS.RDSClient(config());
    const missing = await failure(client.send(new RDS.FailoverDBClusterCommand({} as never)));
    expect(missing).toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining("'DBClusterIdentifier'"),
    });
    const wrong = await failure(client.send(new RDS.DescribeEventsCommand({ MaxRecords: 'many' as never })));
    expect(wrong.message).toContain("'MaxRecords' must be a number");
  });

  it('answers a defect of a part as a server error, and logs its stack', async () => {
    const error = await failure(new RDS.RDSClient(config()).send(new RDS.DescribeEventsCommand({})));
    expect(error).toMatchObject({ name: 'InternalFailure', $metadata: { httpStatusCode: 500 } });
    expect(world.logged).toEqual(['wire: rds:DescribeEvents failed inside the sandbox']);
  });
});

describe('drills', () => {
  it('takes a whole API away and gives it back', async () => {
    endpoint.deny({ service: 'rds', kind: 'all' });
    expect(await failure(failover())).toMatchObject({
      name: 'ServiceUnavailable',
      $metadata: { httpStatusCode: 503 },
    });
    endpoint.deny(null);
    expect((await failover()).DBCluster?.Status).toBe('failing-over');
  });

  it('takes the control plane away and leaves the data plane', async () => {
    const done = operation({ authorize: () => [], handle: () => ({}) });
    endpoint.add({
      signingName: 'dynamodb',
      sdk: DynamoDB,
      client: new DynamoDB.DynamoDBClient({ region: REGION, credentials: OPERATOR_KEY }),
      operations: { GetItem: done, DescribeTable: done },
    });
    endpoint.deny({ service: 'dynamodb', kind: 'control' });
    const client = new DynamoDB.DynamoDBClient(config());
    await client.send(new DynamoDB.GetItemCommand({ TableName: 't', Key: { pk: { S: 'a' } } }));
    const describe = client.send(new DynamoDB.DescribeTableCommand({ TableName: 't' }));
    expect((await failure(describe)).name).toBe('ServiceUnavailable');
  });

  it('knows a service by the name its SDK has for it', async () => {
    endpoint.add({
      signingName: 'monitoring',
      sdk: CloudWatch,
      client: new CloudWatch.CloudWatchClient({ region: REGION, credentials: OPERATOR_KEY }),
      operations: { DescribeAlarms: operation({ authorize: () => [], handle: () => ({}) }) },
    });
    endpoint.deny({ service: 'cloudwatch', kind: 'control' });
    const client = new CloudWatch.CloudWatchClient(config());
    expect((await failure(client.send(new CloudWatch.DescribeAlarmsCommand({})))).name).toBe(
      'ServiceUnavailable',
    );
  });
});

describe('around the calls', () => {
  it('counts calls and errors, and tells each call to the observer until it leaves', async () => {
    const seen: CallEntry[] = [];
    const leave = endpoint.observe((entry) => seen.push(entry));
    await failover();
    await failure(failover({ ...OPERATOR_KEY, secretAccessKey: 'wrong' }));
    leave();
    await failover(ROLE_KEY);
    expect(endpoint.counts()).toEqual({ rds: { FailoverDBCluster: { calls: 3, errors: 1 } } });
    expect(seen.map(({ principal, status, error }) => ({ principal, status, error }))).toEqual([
      { principal: 'arn:aws:iam::123456789012:user/operator', status: 200, error: null },
      { principal: null, status: 403, error: 'SignatureDoesNotMatch' },
    ]);
  });

  it('gives requests that are no AWS calls to the route with the longest prefix', async () => {
    endpoint.route('/_status', (_request, _body, response) => response.end('short'));
    endpoint.route('/_status/deep', (_request, body, response) => response.end(`deep ${body.toString()}`));
    const answer = await fetch(`${endpoint.url}/_status/deep/x`, { method: 'PUT', body: 'told' });
    expect(await answer.text()).toBe('deep told');
  });

  it('names a busy port and what to do about it', async () => {
    const other = http.createServer();
    await new Promise<void>((resolve) => void other.listen(0, '127.0.0.1', () => resolve()));
    const { port } = other.address() as { port: number };
    const second = createEndpoint(world, { identity: testIdentity() });
    await expect(second.listen(port)).rejects.toMatchObject({
      code: 'port-busy',
      message: expect.stringMatching(new RegExp(`Port ${port} on 127.0.0.1 is busy.*Fix: `)),
    });
    await second.stop();
    other.close();
  });

  it('passes a thrown AwsError on with its status and fields', async () => {
    endpoint.add({
      ...rdsService(),
      operations: {
        FailoverDBCluster: operation({
          authorize: () => [],
          handle: () => {
            throw new AwsError('InvalidDBClusterStateFault', 'Cluster is failing over <now>');
          },
        }),
      },
    });
    expect(await failure(failover())).toMatchObject({
      name: 'InvalidDBClusterStateFault',
      message: 'Cluster is failing over <now>',
      $metadata: { httpStatusCode: 400 },
    });
  });
});
