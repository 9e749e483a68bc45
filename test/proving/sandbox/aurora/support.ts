import { Signer } from '@aws-sdk/rds-signer';
import { Client } from 'pg';
import { type Aurora, createAurora } from '../../../../proving/sandbox/aurora/index.ts';
import { createDns, type Dns } from '../../../../proving/sandbox/dns/index.ts';
import {
  AwsError,
  type Call,
  type Operation,
  type ResourceProvider,
  type World,
} from '../../../../proving/sandbox/kernel/index.ts';
import {
  type CertificateAuthority,
  createCertificateAuthority,
} from '../../../../proving/sandbox/tls/index.ts';
import { ACCOUNT, engineWorld, eventually, identityOf } from '../engine-stage.ts';

/** A tenth of AWS's times. */
const PACE = 10;
export const MASTER = { user: 'clusteradmin', password: "it's a secret" };
export const CLUSTER = 'demo';
export const REGION = 'eu-west-1';
export const APP_KEY = { accessKeyId: 'ASIAAPP', secretAccessKey: 'app-secret', sessionToken: 'app/token+=' };
export const OTHER_KEY = { accessKeyId: 'ASIAOTHER', secretAccessKey: 'other', sessionToken: 'other' };
const SECRET_ARN = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:master-AbCdEf`;
export const WRONG_SECRET_ARN = `${SECRET_ARN}-wrong`;

export interface Stage {
  readonly world: World;
  readonly aurora: Aurora;
  readonly dns: Dns;
  readonly tls: CertificateAuthority;
  readonly logged: readonly string[];
  readonly published: { 'detail-type': string; detail: Readonly<Record<string, unknown>> }[];
  readonly secretArn: string;
  readonly clusterArn: string;
  provider(type: string): ResourceProvider;
  create(type: string, logicalId: string, properties: Record<string, unknown>): Promise<any>;
  addInstance(id: string, more?: Record<string, unknown>): Promise<any>;
  call(service: string, operation: string, input: unknown): Promise<any>;
  /** A login through the instance's front: by default as the master user. */
  connect(id: string, more?: Record<string, unknown>): Promise<Client>;
  token(id: string, options?: { user?: string; host?: string; key?: typeof APP_KEY }): Promise<string>;
  member(id: string): { pid: number; role: string; status: string; address: string; endpoint: string };
  writer(): string;
  end(): Promise<void>;
}

export function request(type: string, logicalId: string, properties: Record<string, unknown>) {
  return {
    type,
    logicalId,
    stackName: 'Demo-Database',
    stackId: 'arn:stack',
    properties,
    tags: [{ Key: 'stack', Value: 'Demo-Database' }],
    generateName: (max: number) => `Demo-Database-${logicalId}-1A2B`.slice(0, max),
  };
}

export const CLUSTER_PROPERTIES = {
  DBClusterIdentifier: CLUSTER,
  Engine: 'aurora-postgresql',
  EngineVersion: '17.4',
  DatabaseName: 'app',
  MasterUsername: MASTER.user,
  MasterUserPassword: MASTER.password,
  EnableIAMDatabaseAuthentication: true,
  EnableHttpEndpoint: true,
  DBClusterParameterGroupName: 'forced',
  StorageEncrypted: true,
};

/** Aurora with an empty cluster `demo`, TLS forced. */
export async function openStage(): Promise<Stage> {
  const published: Stage['published'] = [];
  const { world, logged, remove } = engineWorld(REGION, PACE);
  const tls = createCertificateAuthority(world);
  const dns = createDns(world);
  await dns.start?.();
  const secrets = new Map([
    [SECRET_ARN, JSON.stringify({ username: MASTER.user, password: MASTER.password })],
    [WRONG_SECRET_ARN, JSON.stringify({ username: MASTER.user, password: 'wrong' })],
  ]);
  const aurora = createAurora(world, {
    // The key of `app` may connect as `app` and nobody else.
    identity: identityOf(
      { app: APP_KEY, other: OTHER_KEY },
      (role, { resource }) => role === 'app' && resource.endsWith('/app'),
    ),
    names: dns.names,
    tls,
    secrets: {
      value(id) {
        const value = secrets.get(id);
        if (value !== undefined) return value;
        throw new AwsError('ResourceNotFoundException', `no secret ${id}`);
      },
    },
    events: { publish: (event) => void published.push(event) },
    metrics: { put: () => undefined },
  });
  await aurora.start?.();
  const provider = (type: string) => {
    const found = aurora.providers?.find((one) => one.type === type);
    if (!found) throw new Error(`no provider of ${type}`);
    return found;
  };
  const create = (type: string, logicalId: string, properties: Record<string, unknown>) =>
    provider(type).create(request(type, logicalId, properties));
  const member = (id: string) => {
    const found = aurora.describe()[0]?.members.find((one) => one.id === id);
    if (!found) throw new Error(`no member ${id}`);
    return found;
  };
  const stage: Stage = {
    world,
    aurora,
    dns,
    tls,
    logged,
    published,
    secretArn: SECRET_ARN,
    clusterArn: `arn:aws:rds:${REGION}:123456789012:cluster:${CLUSTER}`,
    provider,
    create,
    member,
    writer: () => aurora.describe()[0]?.members.find((one) => one.role === 'writer')?.id ?? '',
    addInstance: (id, more = {}) =>
      create('AWS::RDS::DBInstance', id, {
        DBInstanceIdentifier: id,
        DBClusterIdentifier: CLUSTER,
        DBInstanceClass: 'db.r8g.large',
        Engine: 'aurora-postgresql',
        ...more,
      }),
    async call(service, name, input) {
      const found = aurora.services?.find((one) => one.signingName === service)?.operations[name];
      if (!found) throw new Error(`no operation ${service}:${name}`);
      return (found as unknown as Operation<unknown>).handle(input, {} as Call);
    },
    async connect(id, more = {}) {
      const { address, endpoint } = member(id);
      const client = new Client({
        host: address,
        port: 5432,
        user: MASTER.user,
        password: MASTER.password,
        database: 'app',
        connectionTimeoutMillis: 5_000,
        ssl: { ca: tls.caPem, servername: endpoint },
        ...more,
      });
      client.on('error', () => undefined);
      await client.connect();
      return client;
    },
    token: (id, { user = 'app', host, key = APP_KEY } = {}) =>
      new Signer({
        hostname: host ?? member(id).endpoint,
        port: 5432,
        username: user,
        region: REGION,
        credentials: key,
      }).getAuthToken(),
    async end() {
      await aurora.stop?.();
      await dns.stop?.();
      remove();
    },
  };
  await create('AWS::RDS::DBClusterParameterGroup', 'Parameters', {
    DBClusterParameterGroupName: 'forced',
    Description: 'TLS only',
    Family: 'aurora-postgresql17',
    Parameters: { 'rds.force_ssl': '1' },
  });
  await create('AWS::RDS::DBCluster', 'Cluster', CLUSTER_PROPERTIES);
  return stage;
}

/** The example: a writer and two readers in three zones. */
export async function openCluster(): Promise<Stage> {
  const stage = await openStage();
  await stage.addInstance('one', { AvailabilityZone: `${REGION}a`, PromotionTier: 0 });
  await Promise.all([
    stage.addInstance('two', { AvailabilityZone: `${REGION}b`, PromotionTier: 1 }),
    stage.addInstance('three', { AvailabilityZone: `${REGION}c`, PromotionTier: 2 }),
  ]);
  return stage;
}

export { eventually };
