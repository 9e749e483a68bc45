import tls from 'node:tls';
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { Redis, type RedisOptions } from 'ioredis';
import type { CacheNodeStatus } from '../../../../proving/sandbox/admin/model.ts';
import { createDns, type Dns } from '../../../../proving/sandbox/dns/index.ts';
import {
  createElastiCache,
  type ElastiCache,
  type ElastiCachePorts,
} from '../../../../proving/sandbox/elasticache/index.ts';
import {
  type Call,
  type Identity,
  type MetricDatum,
  type Operation,
  type World,
} from '../../../../proving/sandbox/kernel/index.ts';
import {
  type CertificateAuthority,
  createCertificateAuthority,
} from '../../../../proving/sandbox/tls/index.ts';
import { ACCOUNT, engineWorld, eventually, identityOf } from '../engine-stage.ts';

export const REGION = 'us-east-1';
export const GROUP = 'demo-cache-0';
export const USER = 'demo-shop';
export const PROBER = 'demo-health-check';
export const PASSWORD_USER = 'demo-batch';
export const PASSWORD = 'sixteen-characters-or-more';
export const SHOP_KEY = {
  accessKeyId: 'ASIASHOP',
  secretAccessKey: 'shop-secret',
  sessionToken: 'shop/token+=',
};
export const STRANGER_KEY = {
  accessKeyId: 'ASIASTRANGER',
  secretAccessKey: 'strange',
  sessionToken: 'strange',
};

/** A fortieth of AWS's times, so that a replacement takes 3 s. */
const PACE = 40;

/** The shop's key may connect to the group as the shop; the stranger's may be the shop, but has no group. */
function twoIdentities(): Identity {
  const prefix = `arn:aws:elasticache:${REGION}:${ACCOUNT}`;
  const asShop = `${prefix}:user:${USER}`;
  const resources = { shop: [asShop, `${prefix}:replicationgroup:${GROUP}`], stranger: [asShop] };
  return identityOf({ shop: SHOP_KEY, stranger: STRANGER_KEY }, (role, { action, resource }) => {
    const allowed = resources[role as keyof typeof resources];
    return action === 'elasticache:Connect' && allowed.includes(resource);
  });
}

export interface TokenOptions {
  readonly group?: string;
  readonly user?: string;
  readonly key?: typeof SHOP_KEY;
  readonly service?: string;
  readonly signedAt?: Date;
}

/** Signed apart from the project's own signer. */
export async function token(options: TokenOptions = {}): Promise<string> {
  const { group = GROUP, user = USER, key = SHOP_KEY, service = 'elasticache', signedAt } = options;
  const signer = new SignatureV4({ service, region: REGION, credentials: key, sha256: Sha256 });
  const signed = await signer.presign(
    {
      method: 'GET',
      protocol: 'http:',
      hostname: group,
      path: '/',
      query: { Action: 'connect', User: user },
      headers: { host: group },
    },
    { expiresIn: 900, ...(signedAt ? { signingDate: signedAt } : {}) },
  );
  const query = Object.entries(signed.query ?? {}).map(
    ([name, value]) => `${name}=${encodeURIComponent(String(value))}`,
  );
  return `${group}/?${query.join('&')}`;
}

export interface Stage {
  readonly world: World;
  readonly cache: ElastiCache;
  readonly dns: Dns;
  readonly tls: CertificateAuthority;
  readonly logged: readonly string[];
  readonly metrics: readonly MetricDatum[];
  provider(type: string): ReturnType<typeof providerOf>;
  create(type: string, properties: Record<string, unknown>): Promise<any>;
  call(operation: string, input?: unknown): Promise<any>;
  node(id?: string): CacheNodeStatus;
  /** A stock client of a node, logged in by a token. Ended with the stage. */
  connect(options?: RedisOptions & { id?: string }): Promise<Redis>;
  messages(): Promise<string[]>;
  end(): Promise<void>;
}

export const GROUP_PROPERTIES = {
  ReplicationGroupId: GROUP,
  ReplicationGroupDescription: 'Shard 0',
  Engine: 'valkey',
  EngineVersion: '8.0',
  CacheNodeType: 'cache.t4g.micro',
  NumCacheClusters: 1,
  PreferredCacheClusterAZs: [`${REGION}a`],
  TransitEncryptionEnabled: true,
  TransitEncryptionMode: 'required',
  AtRestEncryptionEnabled: true,
  CacheParameterGroupName: 'parameters',
  UserGroupIds: ['demo-cache'],
};

export const REPLICATED = {
  ...GROUP_PROPERTIES,
  NumCacheClusters: 2,
  PreferredCacheClusterAZs: [`${REGION}a`, `${REGION}b`],
  AutomaticFailoverEnabled: true,
  MultiAZEnabled: true,
};

export function request(type: string, properties: Record<string, unknown>) {
  return {
    type,
    logicalId: 'Thing',
    stackName: 'Demo-Cache',
    stackId: 'arn:stack',
    properties,
    tags: [{ Key: 'stack', Value: 'Demo-Cache' }],
    generateName: () => 'parameters',
  };
}

function providerOf(cache: ElastiCache, type: string) {
  const found = cache.providers?.find((one) => one.type === `AWS::ElastiCache::${type}`);
  if (!found) throw new Error(`no provider of ${type}`);
  return found;
}

/** Users, a user group and a parameter group; no replication group yet. */
export async function openStage(ports: Partial<ElastiCachePorts> = {}): Promise<Stage> {
  const { world, logged, remove } = engineWorld(REGION, PACE);
  const authority = createCertificateAuthority(world);
  const dns = createDns(world);
  await dns.start?.();
  const identity = twoIdentities();
  const metrics: MetricDatum[] = [];
  const sink = { put: (datum: MetricDatum) => void metrics.push(datum) };
  const kept = { identity, names: dns.names, tls: authority, metrics: sink };
  const cache = createElastiCache(world, { ...kept, ...ports });
  const clients = new Set<Redis>();
  const stage: Stage = {
    world,
    cache,
    dns,
    tls: authority,
    logged,
    metrics,
    provider: (type) => providerOf(cache, type),
    create: (type, properties) =>
      providerOf(cache, type).create(request(`AWS::ElastiCache::${type}`, properties)),
    async call(name, input = {}) {
      const found = cache.services?.[0]?.operations[name];
      if (!found) throw new Error(`no operation ${name}`);
      return (found as unknown as Operation<unknown>).handle(input, {} as Call);
    },
    node(id = `${GROUP}-001`) {
      const found = cache.cacheNodes().find(({ nodeId }) => nodeId === id);
      if (!found) throw new Error(`no node ${id}`);
      return found;
    },
    async connect({ id, ...options } = {}) {
      const { address, port, endpoint } = stage.node(id);
      const client = new Redis({
        host: address,
        port,
        username: USER,
        password: await token(),
        tls: { ca: authority.caPem, servername: endpoint },
        lazyConnect: true,
        retryStrategy: () => null,
        maxRetriesPerRequest: 0,
        ...options,
      });
      client.on('error', () => undefined);
      clients.add(client);
      await client.connect();
      return client;
    },
    async messages() {
      const { Events } = await stage.call('DescribeEvents');
      return Events.map((event: any) => `${event.SourceIdentifier}: ${event.Message}`);
    },
    async end() {
      for (const client of clients) client.disconnect();
      await cache.stop?.();
      await dns.stop?.();
      remove();
    },
  };
  await makeUsers(stage);
  return stage;
}

async function makeUsers(stage: Stage): Promise<void> {
  await stage.create('ParameterGroup', {
    CacheParameterGroupFamily: 'valkey8',
    Description: 'for tests',
    Properties: { 'maxmemory-policy': 'allkeys-lru' },
  });
  const access =
    'on ~* -@all +get +mget +set +mset +del +eval +flushall +info +ping +auth +hello +client +select +config|get';
  const users = [
    { UserId: USER, AccessString: access, AuthenticationMode: { Type: 'iam' } },
    { UserId: PROBER, AccessString: 'on -@all +ping +info +auth', AuthenticationMode: { Type: 'iam' } },
    {
      UserId: PASSWORD_USER,
      AccessString: 'on ~* -@all +get +ping',
      AuthenticationMode: { Type: 'password', Passwords: [PASSWORD] },
    },
    {
      UserId: 'demo-nobody',
      UserName: 'default',
      AccessString: 'off -@all',
      AuthenticationMode: { Type: 'no-password-required' },
    },
  ];
  for (const user of users) await stage.create('User', { Engine: 'redis', UserName: user.UserId, ...user });
  await stage.create('UserGroup', {
    Engine: 'redis',
    UserGroupId: 'demo-cache',
    UserIds: users.map(({ UserId }) => UserId),
  });
}

const SILENCE_MS_MAX = 3_000;

/** What a raw TLS connection answers to these requests, less the farewell. */
export function exchange(stage: Stage, bytes: string): Promise<string> {
  const { address, port, endpoint } = stage.node();
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ host: address, port, ca: stage.tls.caPem, servername: endpoint }, () => {
      socket.write(`${bytes}QUIT\r\n`);
    });
    let said = '';
    socket.setTimeout(SILENCE_MS_MAX, () => socket.destroy(new Error(`silent after: ${said}`)));
    socket.on('data', (chunk) => (said += chunk.toString('latin1')));
    socket.on('error', reject);
    socket.on('close', () => resolve(said.replace(/\+OK\r\n$/, '')));
  });
}

export { ACCOUNT, eventually };
