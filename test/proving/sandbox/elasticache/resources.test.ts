/** What a template makes, changes and may not have. */

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  exchange,
  GROUP,
  GROUP_PROPERTIES,
  openStage,
  REPLICATED,
  request,
  type Stage,
  token,
  USER,
} from './support.ts';

type Provided = 'ReplicationGroup' | 'User' | 'UserGroup' | 'ParameterGroup' | 'SubnetGroup';

describe('a template', () => {
  let stage: Stage;
  const asked: string[] = [];
  beforeAll(async () => {
    const server = async () => {
      asked.push('server');
      throw new Error('nobody needs one here');
    };
    stage = await openStage({ server });
  });
  afterAll(() => stage?.end());

  test('without a replication group needs no server', async () => {
    await stage.cache.start?.();
    await stage.create('SubnetGroup', { Description: 'subnets', SubnetIds: ['subnet-1'] });
    expect(asked).toEqual([]);
    expect(stage.cache.cacheNodes()).toEqual([]);
  });

  test('with one fails when there is no server, and looks again the next time', async () => {
    for (const round of [1, 2]) {
      await expect(stage.create('ReplicationGroup', GROUP_PROPERTIES)).rejects.toThrow('nobody needs one');
      expect(asked).toHaveLength(round);
    }
  });

  const wrong: [Provided, Record<string, unknown>, RegExp][] = [
    ['ReplicationGroup', { NumNodeGroups: 2 }, /NumNodeGroups = 2: the sandbox has no cluster mode/],
    ['ReplicationGroup', { ClusterMode: 'enabled' }, /ClusterMode = "enabled"/],
    ['ReplicationGroup', { TransitEncryptionEnabled: false }, /TransitEncryptionEnabled = false.*TLS only/],
    ['ReplicationGroup', { TransitEncryptionMode: 'preferred' }, /TransitEncryptionMode = "preferred"/],
    ['ReplicationGroup', { AuthToken: 'x' }, /AuthToken = "x".*UserGroupIds/],
    ['ReplicationGroup', { UserGroupIds: [] }, /UserGroupIds = \[\]: one user group/],
    ['ReplicationGroup', { UserGroupIds: ['other'] }, /UserGroupIds = \["other"\]: there is no such/],
    ['ReplicationGroup', { Engine: 'memcached' }, /Engine = "memcached": must be one of valkey, redis/],
    [
      'ReplicationGroup',
      { AutomaticFailoverEnabled: true },
      /AutomaticFailoverEnabled = true: needs a replica/,
    ],
    ['ReplicationGroup', { PreferredCacheClusterAZs: ['a', 'b'] }, /names 2 zones for 1 nodes/],
    ['ReplicationGroup', { SnapshotName: 'x' }, /SnapshotName = "x": the sandbox keeps no snapshots/],
    ['ReplicationGroup', { Unheard: 1 }, /Unheard = 1: the sandbox knows no such property/],
    ['User', { AccessString: 'on ~* +get >secret' }, /AccessString.*">secret\\?" is no rule/],
    ['User', { UserName: 'other' }, /UserName = "other": must be the UserId/],
    ['User', { AuthenticationMode: { Type: 'password', Passwords: ['short'] } }, /passwords break the rule/],
    ['User', { UserId: USER, UserName: USER }, /already exists/],
    ['UserGroup', { UserIds: ['demo-nobody', 'who'] }, /User who not found/],
    ['UserGroup', { UserIds: [USER] }, /user name default must be in/],
    ['UserGroup', { UserIds: [USER, USER, 'demo-nobody'] }, /is there twice/],
    ['ParameterGroup', { CacheParameterGroupFamily: 'memcached1.6' }, /Valkey and Redis OSS only/],
    ['ParameterGroup', { Properties: { 'cluster-enabled': 'yes' } }, /cluster-enabled must be no/],
  ];
  const RIGHT: Record<Provided, Record<string, unknown>> = {
    ReplicationGroup: GROUP_PROPERTIES,
    User: {
      UserId: 'demo-new',
      UserName: 'demo-new',
      Engine: 'redis',
      AccessString: 'on ~* +get',
      AuthenticationMode: { Type: 'iam' },
    },
    UserGroup: { UserGroupId: 'new', Engine: 'redis', UserIds: [] },
    ParameterGroup: { CacheParameterGroupFamily: 'valkey8', Description: 'x' },
    SubnetGroup: {},
  };
  test.each(wrong)('fails for a %s with %j', async (type, change, message) => {
    await expect(stage.create(type, { ...RIGHT[type], ...change })).rejects.toMatchObject({
      message: expect.stringMatching(message),
    });
  });

  test('cannot remove a user or a user group that is in use', async () => {
    const removal = (type: Provided, physicalId: string) => ({ ...request(type, {}), physicalId });
    await expect(stage.provider('User').delete(removal('User', USER))).rejects.toMatchObject({
      code: 'InvalidUserState',
    });
  });
});

describe('a replication group', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage();
    await stage.create('ReplicationGroup', GROUP_PROPERTIES);
  });
  afterEach(() => stage?.end());

  const update = (type: Provided, physicalId: string, properties: Record<string, unknown>) =>
    stage.provider(type).update({ ...request(type, properties), physicalId, previous: {} });
  const user = (more: Record<string, unknown>) => ({
    UserId: USER,
    UserName: USER,
    Engine: 'redis',
    AuthenticationMode: { Type: 'iam' },
    AccessString: 'on ~* -@all +get +set +ping +info +acl|whoami',
    ...more,
  });

  test('has the names that AWS gives, and its endpoints as attributes', async () => {
    const { physicalId, attributes } = await update('ReplicationGroup', GROUP, GROUP_PROPERTIES);
    expect(physicalId).toBe(GROUP);
    const name = (first: string) =>
      expect.stringMatching(new RegExp(`^${first}\\.${GROUP}\\.\\w{6}\\.use1\\.cache\\.amazonaws\\.com$`));
    expect(attributes).toMatchObject({
      'PrimaryEndPoint.Address': name('master'),
      'PrimaryEndPoint.Port': '6379',
      'ReaderEndPoint.Address': name('replica'),
      'ReadEndPoint.Addresses.List': [name(`${GROUP}-001`)],
    });
    expect(stage.node()).toMatchObject({
      groupId: GROUP,
      nodeId: `${GROUP}-001`,
      az: 'us-east-1a',
      role: 'primary',
    });
  });

  test('knows a changed user at once, and keeps its connections', async () => {
    const client = await stage.connect();
    await client.set('a', '1');
    await update('User', USER, user({ AccessString: 'on ~* -@all +get +ping' }));
    await expect(client.set('a', '2')).rejects.toThrow(/NOPERM/);
    expect(await client.get('a')).toBe('1');
  });

  test('fails for a user with a command that the server does not have', async () => {
    await expect(update('User', USER, user({ AccessString: 'on ~* +nonsense' }))).rejects.toThrow(/nonsense/);
  });

  test('lets nobody in any more who left its user group, and ends the connections', async () => {
    const client = await stage.connect();
    let ended = false;
    client.on('close', () => (ended = true));
    await update('UserGroup', 'demo-cache', {
      UserGroupId: 'demo-cache',
      Engine: 'redis',
      UserIds: ['demo-nobody'],
    });
    const auth = `AUTH ${USER} ${await token()}\r\n`;
    expect(await exchange(stage, auth)).toMatch(/^-WRONGPASS/);
    expect(ended).toBe(true);
  });

  test('takes changed parameters without a restart', async () => {
    const client = await stage.connect();
    await update('ParameterGroup', 'parameters', {
      CacheParameterGroupFamily: 'valkey8',
      Description: 'for tests',
      Properties: { 'maxmemory-policy': 'noeviction' },
    });
    expect(await client.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
  });

  test('has a small part of the memory of its node type, and evicts as its parameters say', async () => {
    const client = await stage.connect();
    const info = await client.info('memory');
    expect(info).toContain(`maxmemory:${32 * 1024 * 1024}\r`);
    expect(info).toContain('maxmemory_policy:allkeys-lru');
  });

  test('fails for a change that AWS makes by replacing nodes', async () => {
    for (const change of [{ CacheNodeType: 'cache.r7g.large' }, { EngineVersion: '8.1' }]) {
      await expect(update('ReplicationGroup', GROUP, { ...GROUP_PROPERTIES, ...change })).rejects.toThrow(
        /cannot change it in place/,
      );
    }
    await expect(update('ReplicationGroup', GROUP, REPLICATED)).rejects.toThrow(/NumCacheClusters = 2/);
  });

  test('takes its processes and names with it when it is deleted', async () => {
    const { endpoint, pid } = stage.node();
    expect(stage.dns.names.get(endpoint)).toBeDefined();
    await stage.provider('ReplicationGroup').delete({ ...request('', GROUP_PROPERTIES), physicalId: GROUP });
    expect(stage.dns.names.get(endpoint)).toBeUndefined();
    expect(stage.cache.cacheNodes()).toEqual([]);
    expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
  });
});
