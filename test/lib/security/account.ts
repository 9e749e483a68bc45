/**
 * An account in which every role of the example environment has its synthesized policies, and AWS's services check
 * them: for running the functions' real ports with the functions' real rights. Only what RDS and the Data API would do
 * is played by the test's cluster.
 */

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Authorization, ResourceProvider } from '../../../proving/sandbox/kernel/index.ts';
import { createParts, type Parts } from '../../../proving/sandbox/parts.ts';
import { CLUSTER, type World as Cluster } from '../../lambdas/fakes/world.ts';
import { STATE_TABLE } from '../../proving/sandbox/dynamodb/template.ts';
import { request } from '../../proving/sandbox/identity/fixture.ts';
import { testWorld } from '../../proving/sandbox/wire/world.ts';
import { allResources, type Synthesized } from '../synth.ts';
import { nameOfRole } from './granted.ts';
import { rendered, roleOf } from './render.ts';

type Json = Synthesized['json'];

export const ACCOUNT = '123456789012';
export const REGION = 'us-east-1';
export const TABLE = 'state';
export const THROTTLE_TABLE = 'throttle';
export const FRONT_TABLE = 'front';
export const RESOURCE_ID = 'cluster-ABCDEFGH';
export const FRONT_ARN = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:cache-front`;
const ELB = `arn:aws:elasticloadbalancing:${REGION}:${ACCOUNT}`;
/** In the order of the edges: the primary's first. */
export const TARGET_GROUPS = ['primary', 'second'].map((edge) => `${ELB}:targetgroup/demo-${edge}/1`);
export const BALANCERS = ['primary', 'second'].map((edge) => `${ELB}:loadbalancer/app/demo-${edge}/1`);
export const HOSTED_ZONE = 'Z0DEMO';
const SECRET = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:master-AbCdEf`;
export const CLUSTER_ARN = `arn:aws:rds:${REGION}:${ACCOUNT}:cluster:${CLUSTER}`;
export const DATA_API = { clusterArn: CLUSTER_ARN, secretArn: SECRET, database: 'app' };

/** What a deployment would make of the templates' references. */
const MADE: Readonly<Record<string, string>> = {
  '<account>': ACCOUNT,
  '<StateTable.Arn>': `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${TABLE}`,
  '<ThrottleTable.Arn>': `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${THROTTLE_TABLE}`,
  '<FrontTable.Arn>': `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${FRONT_TABLE}`,
  '<ControlPlaneCacheFrontFunction.Arn>': FRONT_ARN,
  '<PrimaryTargets>': TARGET_GROUPS[0]!,
  '<SecondTargets>': TARGET_GROUPS[1]!,
  '<PrimaryBalancer>': BALANCERS[0]!,
  '<SecondBalancer>': BALANCERS[1]!,
  '<Zone>': HOSTED_ZONE,
  '<DatabaseAuroraCluster>': CLUSTER,
  '<DatabaseAuroraCluster.DBClusterResourceId>': RESOURCE_ID,
  '<DatabaseAuroraClusterMember1>': 'db-1',
  '<DatabaseAuroraClusterMember2>': 'db-2',
  '<DatabaseAuroraClusterMember3>': 'db-3',
  '<DatabaseAuroraClusterSecretAttachment>': SECRET,
};

export interface Used extends Authorization {
  readonly role: string;
}

export interface Account {
  /** Every right that was asked for and given. */
  readonly used: readonly Used[];
  readonly parts: Parts;
  /** Runs something with the credentials and the endpoint that a function has in its environment. */
  as<T>(role: string, body: () => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

/** @param without by role, an action that is taken out of its policies */
export async function openAccount(
  json: Json,
  cluster: Cluster,
  without: Readonly<Record<string, string>> = {},
): Promise<Account> {
  const stateDir = fs.mkdtempSync(path.join(os.tmpdir(), 'understudy-account-'));
  const parts = createParts(testWorld({ stateDir }), [`${REGION}a`]);
  const provider = (type: string): ResourceProvider =>
    parts.all.flatMap((part) => part.providers ?? []).find((one) => one.type === type)!;
  const tables = provider('AWS::DynamoDB::Table');
  await tables.create(request(tables, 'State', STATE_TABLE));
  await tables.create(request(tables, 'Throttle', { ...STATE_TABLE, TableName: THROTTLE_TABLE }));
  await tables.create(request(tables, 'Front', { ...STATE_TABLE, TableName: FRONT_TABLE }));
  await makeParameters(json, provider('AWS::SSM::Parameter'));
  await makeRoles(json, provider, without);
  playRds(parts, cluster);
  const used = recordUse(parts);
  await parts.endpoint.listen(0);
  return {
    used,
    parts,
    as: (role, body) => withEnvironment(environmentOf(parts, role), body),
    async stop() {
      await parts.endpoint.stop();
      fs.rmSync(stateDir, { recursive: true, force: true });
    },
  };
}

async function makeParameters(json: Json, parameters: ResourceProvider): Promise<void> {
  for (const [id, { Type, Properties }] of allResources(json)) {
    if (Type === parameters.type) await parameters.create(request(parameters, id, Properties));
  }
}

async function makeRoles(
  json: Json,
  provider: (type: string) => ResourceProvider,
  without: Readonly<Record<string, string>>,
): Promise<void> {
  const roles = provider('AWS::IAM::Role');
  const policies = provider('AWS::IAM::Policy');
  for (const [id, { Type, Properties }] of allResources(json)) {
    if (Type !== 'AWS::IAM::Role') continue;
    const RoleName = nameOfRole(json, id);
    const { AssumeRolePolicyDocument, Policies } = made(json, Properties);
    await roles.create(request(roles, RoleName, { RoleName, AssumeRolePolicyDocument, Policies }));
  }
  for (const [id, { Type, Properties }] of allResources(json)) {
    if (Type !== 'AWS::IAM::Policy') continue;
    const [stack = ''] = id.split('.');
    const Roles = Properties['Roles'].map((role: unknown) => nameOfRole(json, roleOf(json, stack, role)));
    const { PolicyDocument } = made(json, Properties);
    const taken = without[Roles[0]];
    const Statement = PolicyDocument.Statement.map((statement: any) => ({
      ...statement,
      Action: [statement.Action].flat().filter((action) => action !== taken),
    })).filter(({ Action }: { Action: string[] }) => Action.length > 0);
    const properties = { PolicyName: id, PolicyDocument: { ...PolicyDocument, Statement }, Roles };
    await policies.create(request(policies, id, properties));
  }
}

/** The properties of a template with every reference put in; what no test needs becomes some ARN. */
function made(json: Json, value: unknown): any {
  if (Array.isArray(value)) return value.map((one) => made(json, one));
  if (typeof value !== 'object' || value === null) return value;
  const [first = ''] = Object.keys(value);
  if (first === 'Ref' || first.startsWith('Fn::')) {
    return rendered(json, value).replaceAll(/<[^>]+>/g, (name) => MADE[name] ?? `arn:aws:none:::${name}`);
  }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, made(json, inner)]));
}

function recordUse(parts: Parts): Used[] {
  const used: Used[] = [];
  const { authorize } = parts.identity;
  Object.assign(parts.identity, {
    authorize: (...[principal, requests]: Parameters<typeof authorize>) => {
      authorize(principal, requests);
      used.push(...requests.map((one) => ({ ...one, role: principal.roleName ?? 'operator' })));
    },
  });
  return used;
}

/** Answers an operation of AWS in its place; who may ask for it is the sandbox's own map still. */
export function playerOf(parts: Parts): (name: string, handle: (input: any) => unknown) => void {
  const services = parts.all.flatMap((part) => part.services ?? []);
  const operations: Record<string, object> = Object.assign({}, ...services.map((one) => one.operations));
  return (name, handle) => void Object.assign(operations[name]!, { handle });
}

/** RDS's and the Data API's answers come from the test's cluster; what they need is the sandbox's own map. */
function playRds(parts: Parts, cluster: Cluster): void {
  const play = playerOf(parts);
  play('DescribeDBClusters', () => ({ DBClusters: [clusterShape(cluster)] }));
  play('DescribeDBInstances', ({ DBInstanceIdentifier: id }) => ({
    DBInstances: [
      { DBInstanceIdentifier: id, AvailabilityZone: cluster.member(id).az, DBInstanceStatus: 'available' },
    ],
  }));
  play('DescribeDBClusterEndpoints', ({ DBClusterEndpointIdentifier: id }) => ({
    DBClusterEndpoints: [{ DBClusterEndpointIdentifier: id, ExcludedMembers: cluster.excluded }],
  }));
  play('ModifyDBClusterEndpoint', ({ ExcludedMembers }) => {
    cluster.excluded = ExcludedMembers ?? [];
    return {};
  });
  play('FailoverDBCluster', ({ TargetDBInstanceIdentifier: target }) => {
    cluster.failover(target);
    return {};
  });
  play('Invoke', () => ({ StatusCode: 200, Payload: new TextEncoder().encode('{"op":"rows","rows":[]}') }));
  play('BeginTransaction', () => ({ transactionId: 't' }));
  play('ExecuteStatement', () => ({}));
  play('CommitTransaction', () => ({}));
  play('RollbackTransaction', () => ({}));
}

function clusterShape(cluster: Cluster): object {
  const { status, members } = cluster.describe();
  return {
    DBClusterIdentifier: CLUSTER,
    Status: status,
    DBClusterMembers: members.map(({ id, isWriter, promotionTier }) => ({
      DBInstanceIdentifier: id,
      IsClusterWriter: isWriter,
      PromotionTier: promotionTier,
    })),
  };
}

function environmentOf(parts: Parts, role: string): Record<string, string> {
  const roleArn = `arn:aws:iam::${ACCOUNT}:role/${role}`;
  const { accessKeyId, secretAccessKey, sessionToken } = parts.identity.issueForRole(roleArn, role, 3600);
  return {
    AWS_ENDPOINT_URL: parts.endpoint.addressUrl,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  };
}

async function withEnvironment<T>(variables: Record<string, string>, body: () => Promise<T>): Promise<T> {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  try {
    return await body();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}
