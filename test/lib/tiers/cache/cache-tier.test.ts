import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { describe, expect, it } from 'vitest';
import { parseShards } from '../../../../core/cache/shards-text.ts';
import { CacheTier } from '../../../../lib/index.ts';
import { rendered } from '../../security/render.ts';
import { synthesize, testApp, type Resource } from '../../synth.ts';
import { alone, groupsOf, jsonOf, ZONES } from './alone.ts';

const zonesOf = (groups: Readonly<Record<string, Resource>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(groups).map(([id, { Properties }]) => [
      id,
      Properties['PreferredCacheClusterAZs'].map((zone: string) => zone.at(-1)).join(''),
    ]),
  );

describe('masked', () => {
  const groups = groupsOf(jsonOf(alone().stack));

  it('is one group of one node a shard, zones in turn, and a gutter', () => {
    expect(zonesOf(groups)).toEqual({
      'mine-cache-0': 'a',
      'mine-cache-1': 'b',
      'mine-cache-2': 'c',
      'mine-cache-3': 'a',
      'mine-gutter-0': 'b',
    });
    for (const { Properties } of Object.values(groups)) {
      expect(Properties).toMatchObject({
        Engine: 'valkey',
        ClusterMode: 'disabled',
        NumCacheClusters: 1,
        AutomaticFailoverEnabled: false,
        MultiAZEnabled: false,
        Port: 6379,
      });
    }
  });

  it('has the nodes of its size, the gutter a small one', () => {
    expect(groups['mine-cache-0']!.Properties['CacheNodeType']).toBe('cache.m7g.large');
    expect(groups['mine-gutter-0']!.Properties['CacheNodeType']).toBe('cache.t4g.small');
    const small = groupsOf(jsonOf(alone({ size: 'solo' }).stack));
    expect(Object.keys(small)).toHaveLength(4);
    expect(small['mine-cache-0']!.Properties['CacheNodeType']).toBe('cache.t4g.micro');
    const chosen = groupsOf(jsonOf(alone({ nodeType: 'cache.c7gn.large' }).stack));
    expect(chosen['mine-cache-3']!.Properties['CacheNodeType']).toBe('cache.c7gn.large');
    expect(chosen['mine-gutter-0']!.Properties['CacheNodeType']).toBe('cache.t4g.small');
  });
});

describe('replicated', () => {
  it('is a replica a shard in another zone, which AWS promotes, and no gutter', () => {
    const groups = groupsOf(jsonOf(alone({ redundancy: 'replicated', shards: 3 }).stack));
    expect(zonesOf(groups)).toEqual({ 'mine-cache-0': 'ab', 'mine-cache-1': 'bc', 'mine-cache-2': 'ca' });
    for (const { Properties } of Object.values(groups)) {
      expect(Properties).toMatchObject({
        NumCacheClusters: 2,
        AutomaticFailoverEnabled: true,
        MultiAZEnabled: true,
      });
    }
  });
});

describe('double', () => {
  it('is two groups of one node a shard, never both in one zone', () => {
    const groups = groupsOf(jsonOf(alone({ redundancy: 'double', zones: ZONES.slice(0, 2) }).stack));
    expect(zonesOf(groups)).toEqual({
      'mine-cache-0': 'a',
      'mine-cache-1': 'b',
      'mine-cache-2': 'a',
      'mine-cache-3': 'b',
      'mine-copy-0': 'b',
      'mine-copy-1': 'a',
      'mine-copy-2': 'b',
      'mine-copy-3': 'a',
    });
    for (const { Properties } of Object.values(groups)) expect(Properties['NumCacheClusters']).toBe(1);
  });
});

describe('SEC-12: every shard', () => {
  const { stack } = alone({ redundancy: 'double', gutter: true, applications: ['shop', 'order_service'] });
  const template = Template.fromStack(stack);
  const groups = Object.values(groupsOf(jsonOf(stack)));

  it('requires TLS, is encrypted at rest by a key of the tier, and stands in the VPC', () => {
    expect(groups).toHaveLength(9);
    for (const { Properties } of groups) {
      expect(Properties).toMatchObject({
        TransitEncryptionEnabled: true,
        TransitEncryptionMode: 'required',
        AtRestEncryptionEnabled: true,
        KmsKeyId: { 'Fn::GetAtt': [expect.stringMatching(/^CacheKey/), 'Arn'] },
        CacheSubnetGroupName: { Ref: expect.stringMatching(/^CacheSubnets/) },
        SecurityGroupIds: [{ 'Fn::GetAtt': [expect.stringMatching(/^CacheSecurityGroup/), 'GroupId'] }],
        UserGroupIds: [{ Ref: expect.stringMatching(/^CacheUsersGroup/) }],
      });
      expect(Properties).not.toHaveProperty('AuthToken');
    }
    template.hasResourceProperties('AWS::KMS::Key', { EnableKeyRotation: true });
  });

  it('is logged in to by tokens, and by nobody without a name', () => {
    const users = Object.values(template.findResources('AWS::ElastiCache::User')).map(
      ({ Properties }) => Properties,
    );
    const logins = users.map(({ UserId, UserName, AuthenticationMode, AccessString }) => [
      UserId,
      UserName,
      AuthenticationMode.Type,
      AccessString.split(' ')[0],
    ]);
    const byId = logins.toSorted(([a], [b]) => a.localeCompare(b));
    expect(byId).toEqual([
      ['mine-cache-default', 'default', 'no-password-required', 'off'],
      ['mine-cache-front', 'mine-cache-front', 'iam', 'on'],
      ['mine-health-check', 'mine-health-check', 'iam', 'on'],
      ['mine-order-service', 'mine-order-service', 'iam', 'on'],
      ['mine-shop', 'mine-shop', 'iam', 'on'],
    ]);
    for (const user of users) {
      expect(user).not.toHaveProperty('Passwords');
      expect(user['AccessString']).toContain('-@all');
      expect(user['AccessString']).not.toMatch(/\+@|\+(config|keys|acl|debug|shutdown)\b/);
      // The front lists the keys that move when the shards are doubled, and nobody else lists any.
      expect(user['AccessString'].includes('+scan')).toBe(user['UserId'] === 'mine-cache-front');
    }
    const probers = users.find(({ UserId }) => UserId === 'mine-health-check')!;
    expect(probers['AccessString']).not.toMatch(/~|\+get/);
    const group = Object.values(template.findResources('AWS::ElastiCache::UserGroup'))[0]!;
    expect(group['Properties'].UserIds).toHaveLength(users.length);
    expect(group['Properties'].UserGroupId).toBe('mine-cache');
  });

  it('keeps no snapshot: what is restored from one was invalidated since', () => {
    for (const { Properties } of groups) expect(Properties['SnapshotRetentionLimit']).toBe(0);
  });

  it('forgets what was not read for long when it is full, whether it expires or not', () => {
    template.hasResourceProperties('AWS::ElastiCache::ParameterGroup', {
      CacheParameterGroupFamily: 'valkey8',
      Properties: { 'maxmemory-policy': 'allkeys-lru', timeout: '0', 'tcp-keepalive': '60' },
    });
  });

  it('lets nobody in but by a named group, and reaches nothing itself', () => {
    const group = Object.entries(template.findResources('AWS::EC2::SecurityGroup')).find(([id]) =>
      id.startsWith('CacheSecurityGroup'),
    )![1];
    expect(group['Properties']).not.toHaveProperty('SecurityGroupIngress');
    expect(group['Properties'].SecurityGroupEgress).toEqual([
      expect.objectContaining({ CidrIp: '255.255.255.255/32' }),
    ]);
  });
});

describe('what changes at the same time', () => {
  const dependenciesOf = (groups: Readonly<Record<string, Resource>>): Record<string, number> =>
    Object.fromEntries(Object.entries(groups).map(([id, { DependsOn }]) => [id, DependsOn?.length ?? 0]));

  it.each([
    [4, 1],
    [3, 1],
    [8, 2],
    [13, 3],
  ])('of %i shards, at most %i in a deployment: the others wait for them', (shards, atOnce) => {
    const groups = groupsOf(jsonOf(alone({ shards, gutter: false }).stack));
    const free = Object.values(dependenciesOf(groups)).filter((count) => count === 0);
    expect(free).toHaveLength(atOnce);
  });

  it('in the week that AWS may choose from, no two: each has an hour of its own', () => {
    const { stack } = alone({ shards: 16, redundancy: 'double', gutter: true });
    const windows = Object.values(groupsOf(jsonOf(stack))).map(
      ({ Properties }) => Properties['PreferredMaintenanceWindow'] as string,
    );
    expect(new Set(windows).size).toBe(33);
    for (const window of windows) expect(window).toMatch(/^(\w{3}:\d\d:00)-(\w{3}:\d\d:00)$/);
    expect(windows.slice(0, 2)).toEqual(['mon:03:00-mon:04:00', 'tue:03:00-tue:04:00']);
  });
});

describe('the construct by itself', () => {
  it('answers what clients are told, in the order of the shards', () => {
    const { stack, cache } = alone();
    const text = rendered({} as never, stack.resolve(cache.endpointsOf('main')));
    expect(text).toMatch(/^mine-cache-0=<Cachemain0\.PrimaryEndPoint\.Address>:6379,mine-cache-1=/);
    const told = text.replaceAll(/<(\w+)\.[^>]+>/g, 'master.$1.cache.amazonaws.com');
    expect(parseShards(told).map(({ id }) => id)).toEqual([0, 1, 2, 3].map((n) => `mine-cache-${n}`));
    expect(cache.endpointsOf('copy')).toBe('');
  });

  it('grants a login as one user to every shard, and no other', () => {
    const { stack, cache, role } = alone({ shards: 2, gutter: false, applications: ['order_service'] });
    cache.grantConnect(role, 'order_service');
    const arn = (resource: string) => ({
      'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp(`^:${resource}$|:${resource}$`)])],
    });
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [
          {
            Action: 'elasticache:Connect',
            Resource: [
              arn('replicationgroup:mine-cache-0'),
              arn('replicationgroup:mine-cache-1'),
              arn('user:mine-order-service'),
            ],
          },
        ],
      },
    });
  });

  it('lets in a group by name: connections', () => {
    const { stack, cache, vpc } = alone();
    const group = new ec2.SecurityGroup(stack, 'Group', { vpc, allowAllOutbound: false });
    cache.connections.allowDefaultPortFrom(group);
    Template.fromStack(stack).hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      FromPort: 6379,
      ToPort: 6379,
      SourceSecurityGroupId: Match.anyValue(),
    });
  });

  it('may stand over shards that exist, making nothing', () => {
    const stack = new Stack(testApp(), 'Alone', { env: { region: 'us-east-1' } });
    const cache = CacheTier.fromCacheAttributes(stack, 'Cache', {
      environmentName: 'mine',
      shards: 'mine-cache-0=master.a.cache.amazonaws.com:6379,mine-cache-1=master.b.cache.amazonaws.com:6379',
      gutter: 'mine-gutter-0=master.c.cache.amazonaws.com:6379',
      securityGroupId: 'sg-0a1b',
    });
    expect(Object.keys(jsonOf(stack).Resources ?? {})).toEqual([]);
    expect(cache.shards.map(({ id, cache: name, index }) => [id, name, index])).toEqual([
      ['mine-cache-0', 'main', 0],
      ['mine-cache-1', 'main', 1],
      ['mine-gutter-0', 'gutter', 0],
    ]);
    expect(cache.endpointsOf('gutter')).toBe('mine-gutter-0=master.c.cache.amazonaws.com:6379');
  });

  type Row = readonly [what: string, change: object, message: RegExp];
  const rows: readonly Row[] = [
    ['no shard', { shards: 0 }, /shards = 0: must be a whole number from 1 to 64/],
    [
      'a name that is no part of an id',
      { environmentName: 'Mine' },
      /environmentName = "Mine": must be 2 to 24/,
    ],
    ['an application that is no user', { applications: ['Shop'] }, /applications\[0\] = "Shop"/],
    ['a user of the kit', { applications: ['cache_front'] }, /applications\[0\] = "cache_front": is a user/],
    ['a node that is none', { nodeType: 'large' }, /nodeType = "large": must be a node type of ElastiCache/],
    ['more zones than subnets', { zones: [...ZONES, 'us-east-1d'] }, /zones = .*3 isolated subnets/],
    ['one zone for two copies', { zones: ['us-east-1a'], redundancy: 'double' }, /zones = .*one zone only/],
  ];
  it.each(rows)('fails for %s, before anything is made', (_what, change, message) => {
    expect(() => alone(change)).toThrow(message);
  });
});

describe('the profile', () => {
  it('decides what the stack makes', () => {
    const cache = { shards: 2, redundancy: 'double', gutter: true, nodeType: 'cache.r7g.xlarge' } as const;
    const { json } = synthesize({ tiers: { database: {}, cache } });
    const groups = groupsOf(json.cache);
    expect(Object.keys(groups)).toHaveLength(5);
    expect(groups['demo-copy-1']!.Properties['CacheNodeType']).toBe('cache.r7g.xlarge');
    const told = Object.entries(json.cache.Outputs).filter(([, { Export }]) => Export === undefined);
    expect(told.map(([key]) => key)).toEqual(['CacheShards', 'CacheCopies', 'CacheGutter']);
  });

  it('has the ledger made for the copies that there are, and for none without a cache', () => {
    const cachesOf = (tiers: object): unknown => {
      const { json } = synthesize({ tiers: { database: {}, ...tiers } });
      const made = Object.values(json.database.Resources);
      const bootstrap = made.find(({ Type }) => Type === 'Custom::UnderstudyDatabaseBootstrap')!;
      return bootstrap.Properties['caches'];
    };
    expect(cachesOf({ cache: { shards: 4 } })).toEqual(['main=4', 'gutter=1']);
    expect(cachesOf({ cache: { shards: 2, redundancy: 'double' } })).toEqual(['main=2', 'copy=2']);
    expect(cachesOf({})).toBeUndefined();
  });
});
