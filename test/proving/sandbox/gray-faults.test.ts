/** The switches of gray faults, end to end: a sandbox of its own, a stack, and the client that drills use. */

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { DescribeDBClustersCommand, FailoverDBClusterCommand, RDSClient } from '@aws-sdk/client-rds';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { strToU8, zipSync } from 'fflate';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Sandbox,
  sandboxClient,
  type SandboxClient,
  startSandbox,
} from '../../../proving/sandbox/index.ts';
import { eventually } from './aurora/support.ts';

let folder: string;
let sandbox: Sandbox;
let client: SandboxClient;
let settings: { region: string; endpoint: string; credentials: Sandbox['card']['operator']; maxAttempts: 1 };

const ROLE = {
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
      ],
    },
    Policies: [
      {
        PolicyName: 'streams',
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: 'dynamodb:*', Resource: '*' }],
        },
      },
    ],
  },
};

const RESOURCES = {
  Role: ROLE,
  Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
  Subnet: {
    Type: 'AWS::EC2::Subnet',
    Properties: { VpcId: { Ref: 'Vpc' }, CidrBlock: '10.0.1.0/24', AvailabilityZone: 'us-east-1c' },
  },
  Function: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Code: { S3Bucket: { Ref: 'Bucket' }, S3Key: 'code.zip' },
      Handler: 'index.handler',
      Runtime: 'nodejs24.x',
      Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
      VpcConfig: { SubnetIds: [{ Ref: 'Subnet' }], SecurityGroupIds: [] },
      Environment: { Variables: { UNDERSTUDY_FUNCTION: 'listener' } },
    },
  },
  Table: {
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      TableName: 'state',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
    },
  },
  Mapping: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      FunctionName: { Ref: 'Function' },
      EventSourceArn: { 'Fn::GetAtt': ['Table', 'StreamArn'] },
      StartingPosition: 'LATEST',
      BatchSize: 1,
    },
  },
  Alarm: {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: 'silent',
      Namespace: 'Test',
      MetricName: 'Beat',
      Statistic: 'Sum',
      Period: 10,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    },
  },
  Cluster: {
    Type: 'AWS::RDS::DBCluster',
    Properties: {
      DBClusterIdentifier: 'demo',
      Engine: 'aurora-postgresql',
      EngineVersion: '17.4',
      MasterUsername: 'boss',
      MasterUserPassword: 'a-throw-away-password',
    },
  },
  ...Object.fromEntries(
    ['one', 'two'].map((id) => [
      `Instance${id}`,
      {
        Type: 'AWS::RDS::DBInstance',
        ...(id === 'two' ? { DependsOn: 'Instanceone' } : {}),
        Properties: {
          DBInstanceIdentifier: id,
          DBClusterIdentifier: { Ref: 'Cluster' },
          DBInstanceClass: 'db.r8g.large',
          Engine: 'aurora-postgresql',
        },
      },
    ]),
  ),
};

async function deploy(name: string, resources: Record<string, unknown>): Promise<void> {
  const stacks = new CloudFormationClient(settings);
  const template = JSON.stringify({ Resources: resources });
  await stacks.send(
    new CreateStackCommand({ StackName: name, TemplateBody: template, Capabilities: ['CAPABILITY_IAM'] }),
  );
  await eventually(`${name} stands`, 60_000, async () => {
    const { Stacks } = await stacks.send(new DescribeStacksCommand({ StackName: name }));
    const status = Stacks?.[0]?.StackStatus ?? '';
    if (/FAILED|ROLLBACK/.test(status)) throw new Error(`${status}: ${await failures(name)}`);
    return status === 'CREATE_COMPLETE';
  });
}

async function failures(stack: string): Promise<string> {
  const stacks = new CloudFormationClient(settings);
  const { StackEvents } = await stacks.send(new DescribeStackEventsCommand({ StackName: stack }));
  const failed = (StackEvents ?? []).filter(({ ResourceStatus }) => ResourceStatus?.endsWith('FAILED'));
  return failed.map((event) => `${event.LogicalResourceId}: ${event.ResourceStatusReason}`).join('; ');
}

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'understudy-gray-'));
  sandbox = await startSandbox({ stateDir: folder });
  client = sandboxClient(sandbox.card);
  const { region, url, operator } = sandbox.card;
  settings = { region, endpoint: url, credentials: operator, maxAttempts: 1 };
  await deploy('Code', {
    Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'code-of-the-test' } },
  });
  const code = zipSync({ 'index.mjs': strToU8('export const handler = async () => undefined;') });
  await new S3Client({ ...settings, forcePathStyle: true }).send(
    new PutObjectCommand({ Bucket: 'code-of-the-test', Key: 'code.zip', Body: code }),
  );
  // Before anything that it would see: an alarm that is made is looked at within a second.
  await client.setAlarms(false);
  const bucket = JSON.stringify(RESOURCES).replace('{"Ref":"Bucket"}', '"code-of-the-test"');
  await deploy('Demo', JSON.parse(bucket) as Record<string, unknown>);
});
afterAll(async () => {
  await sandbox?.stop();
  expect(sandbox?.processesLeft() ?? []).toEqual([]);
  fs.rmSync(folder, { recursive: true, force: true });
});

async function members() {
  return (await client.status()).clusters[0]?.members ?? [];
}

async function login(id: string): Promise<Client> {
  const member = (await members()).find((one) => one.id === id);
  const session = new Client({
    host: member?.address,
    port: member?.port,
    user: 'boss',
    password: 'a-throw-away-password',
    database: 'postgres',
    connectionTimeoutMillis: 10_000,
    ssl: { ca: fs.readFileSync(sandbox.card.caFile, 'utf8'), servername: member?.endpoint },
  });
  session.on('error', () => undefined);
  await session.connect();
  return session;
}

describe('the switches of gray faults', () => {
  test('the status names who connects from where', async () => {
    const { sources, denied } = await client.status();
    expect(sources).toEqual([
      { name: 'listener', kind: 'function', az: 'us-east-1c', address: expect.stringMatching(/^127\./) },
    ]);
    expect(denied).toEqual([]);
  });

  test('alarms that are off stand as they are, and go on when they are on', async () => {
    const alarms = new CloudWatchClient(settings);
    const state = async () =>
      (await alarms.send(new DescribeAlarmsCommand({}))).MetricAlarms?.[0]?.StateValue;
    await new Promise((done) => setTimeout(done, 2_000));
    expect(await state()).toBe('INSUFFICIENT_DATA');
    await client.setAlarms(true);
    await eventually('the alarm goes off', 10_000, async () => (await state()) === 'ALARM');
  });

  test('streams that are off call no function, and deliver later', async () => {
    const table = new DynamoDBClient(settings);
    const invocations = async () => (await client.status()).functions['listener']?.invocations ?? 0;
    const write = (pk: string) =>
      table.send(new PutItemCommand({ TableName: 'state', Item: { pk: { S: pk } } }));
    await client.setStreams(false);
    await write('a');
    await new Promise((done) => setTimeout(done, 1_000));
    expect(await invocations()).toBe(0);
    await client.setStreams(true);
    await eventually('the function is called', 10_000, async () => (await invocations()) === 1);
  });

  test('an API that is taken away answers 503, all of it or its control plane, and comes back', async () => {
    const rds = new RDSClient(settings);
    const describeClusters = () => rds.send(new DescribeDBClustersCommand({}));
    await client.setDenied({ service: 'rds', kind: 'all' });
    await expect(describeClusters()).rejects.toMatchObject({ name: 'ServiceUnavailable' });
    await client.setDenied({ service: 'dynamodb', kind: 'control' });
    expect((await describeClusters()).DBClusters).toHaveLength(1);
    const table = new DynamoDBClient(settings);
    await table.send(new PutItemCommand({ TableName: 'state', Item: { pk: { S: 'b' } } }));
    await client.setDenied(null);
  });

  test('the network slows a member, whatever RDS says of it', async () => {
    const session = await login('one');
    const [one] = await members();
    await client.setNetwork([{ from: '*', to: one?.address ?? '', effect: { kind: 'delay', ms: 100 } }]);
    const started = performance.now();
    await session.query('SELECT 1');
    expect(performance.now() - started).toBeGreaterThanOrEqual(198);
    expect((await members())[0]).toEqual(one);
    await client.setNetwork([]);
    await session.end();
  });

  test('F-32: a reader falls behind, is promoted all the same, and loses nothing', async () => {
    await client.setReplay('two', true);
    const writer = await login('one');
    await writer.query('CREATE TABLE seen (id int)');
    await writer.query('INSERT INTO seen VALUES (1)');
    await writer.end();
    const reader = await login('two');
    expect((await reader.query("SELECT to_regclass('seen') AS name")).rows).toEqual([{ name: null }]);
    await reader.end();
    await expect(client.setReplay('three', true)).rejects.toMatchObject({ code: 'no-member' });
    await new RDSClient(settings).send(new FailoverDBClusterCommand({ DBClusterIdentifier: 'demo' }));
    await eventually('two writes', 30_000, async () =>
      (await members()).some(({ id, role }) => id === 'two' && role === 'writer'),
    );
    const promoted = await login('two');
    expect((await promoted.query('SELECT id FROM seen')).rows).toEqual([{ id: 1 }]);
    await promoted.end();
  });
});
