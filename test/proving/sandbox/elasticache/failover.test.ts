/** A group with a replica: what is promoted, whom the endpoint names, and who has the data. */

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { signalTree } from '../../../../proving/sandbox/aurora/process-tree.ts';
import { eventually, GROUP, openStage, REPLICATED, type Stage } from './support.ts';

const [ONE, TWO] = [`${GROUP}-001`, `${GROUP}-002`];
const SETTLED_MS_MAX = 20_000;

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
  await stage.create('ReplicationGroup', REPLICATED);
});
afterEach(() => stage?.end());

const roleOf = async (id: string) =>
  /role:(\w+)/.exec(await (await stage.connect({ id })).info('replication'))![1];
const endpointNames = () => {
  const { PrimaryEndPoint } = { PrimaryEndPoint: stage.cache.group(GROUP)!.names.primary };
  return stage.dns.names.get(PrimaryEndPoint)?.values;
};
const nameOf = (id: string) => stage.cache.group(GROUP)!.names.node(id);
const untilWhole = () =>
  eventually('the group is whole', SETTLED_MS_MAX, async () => {
    const { ReplicationGroups } = await stage.call('DescribeReplicationGroups');
    return ReplicationGroups[0].Status === 'available';
  });

/** Writes to the primary, and waits until the replica has it. */
async function write(key: string, value: string): Promise<void> {
  const primary = stage.cache.cacheNodes().find(({ role }) => role === 'primary')!;
  const replica = stage.cache.cacheNodes().find(({ role }) => role === 'replica')!;
  await (await stage.connect({ id: primary.nodeId })).set(key, value);
  const reader = await stage.connect({ id: replica.nodeId });
  await eventually('the replica has it', 5_000, async () => (await reader.get(key)) === value);
}

describe('a replica', () => {
  test('follows the primary, and takes no writes', async () => {
    await write('a', '1');
    const replica = await stage.connect({ id: TWO });
    await expect(replica.set('a', '2')).rejects.toThrow(/READONLY/);
    expect(stage.node(TWO)).toMatchObject({ role: 'replica', az: 'us-east-1b', endpoint: nameOf(TWO) });
    expect(stage.dns.names.get(stage.cache.group(GROUP)!.names.reader)?.values).toEqual([nameOf(TWO)]);
  });

  test('is promoted when the primary dies, with its data; the endpoint moves and the old one comes back', async () => {
    await write('a', '1');
    signalTree(stage.node(ONE).pid, 'SIGKILL');
    expect(endpointNames()).toEqual([nameOf(ONE)]);
    await eventually('the endpoint moves', SETTLED_MS_MAX, () => endpointNames()?.[0] === nameOf(TWO));
    const client = await stage.connect({ id: TWO });
    expect(await client.get('a')).toBe('1');
    expect(await client.set('b', '2')).toBe('OK');
    await untilWhole();
    expect(stage.node(ONE)).toMatchObject({ role: 'replica', state: 'available' });
    expect(await (await stage.connect({ id: ONE })).mget('a', 'b')).toEqual(['1', '2']);
    const completed = `Failover from primary node ${ONE} to replica node ${TWO} completed`;
    expect(await stage.messages()).toEqual(
      expect.arrayContaining([`${GROUP}: ${completed}`, `${TWO}: ${completed}`]),
    );
  });

  test('that dies is replaced and copies the primary; the primary serves all the while', async () => {
    await write('a', '1');
    const client = await stage.connect({ id: ONE });
    signalTree(stage.node(TWO).pid, 'SIGKILL');
    await eventually('it is noticed', SETTLED_MS_MAX, () => stage.node(TWO).state === 'recovering');
    expect(await client.get('a')).toBe('1');
    await untilWhole();
    expect(await (await stage.connect({ id: TWO })).get('a')).toBe('1');
    expect(stage.node(ONE).role).toBe('primary');
  });

  test('is not promoted for a primary that hangs: ElastiCache does not see it', async () => {
    signalTree(stage.node(ONE).pid, 'SIGSTOP');
    await new Promise((done) => setTimeout(done, 2_000));
    expect(stage.node(ONE)).toMatchObject({ role: 'primary', state: 'available' });
    expect(endpointNames()).toEqual([nameOf(ONE)]);
  });
});

describe('TestFailover', () => {
  test('promotes the replica of a primary that hangs, and replaces it', async () => {
    await write('a', '1');
    signalTree(stage.node(ONE).pid, 'SIGSTOP');
    const call = { ReplicationGroupId: GROUP, NodeGroupId: '0001' };
    expect((await stage.call('TestFailover', call)).ReplicationGroup.Status).toBe('modifying');
    await expect(stage.call('TestFailover', call)).rejects.toMatchObject({
      code: 'InvalidReplicationGroupState',
    });
    await expect(stage.cache.restartCacheNode(TWO, 'kept')).rejects.toMatchObject({ code: 'node-busy' });
    await untilWhole();
    expect([stage.node(ONE).role, stage.node(TWO).role]).toEqual(['replica', 'primary']);
    expect(await (await stage.connect({ id: TWO })).get('a')).toBe('1');
    expect(await stage.messages()).toContain(`${GROUP}: Test Failover API called for node group 0001`);
  });

  test('is refused without automatic failover, and for a node group that is not there', async () => {
    const call = (NodeGroupId: string) =>
      stage.call('TestFailover', { ReplicationGroupId: GROUP, NodeGroupId });
    await expect(call('0002')).rejects.toMatchObject({ code: 'NodeGroupNotFoundFault' });
    await stage.call('ModifyReplicationGroup', {
      ReplicationGroupId: GROUP,
      AutomaticFailoverEnabled: false,
    });
    await expect(call('0001')).rejects.toMatchObject({ code: 'InvalidParameterCombination' });
  });
});

describe('without automatic failover', () => {
  const modify = (change: Record<string, unknown>) =>
    stage.call('ModifyReplicationGroup', { ReplicationGroupId: GROUP, ...change });

  test('the primary can be named by hand, and only then; no data is lost', async () => {
    await write('a', '1');
    await expect(modify({ PrimaryClusterId: TWO })).rejects.toMatchObject({
      code: 'InvalidParameterCombination',
    });
    await modify({ AutomaticFailoverEnabled: false, MultiAZEnabled: false });
    await modify({ PrimaryClusterId: TWO });
    await untilWhole();
    expect([await roleOf(ONE), await roleOf(TWO)]).toEqual(['slave', 'master']);
    expect(endpointNames()).toEqual([nameOf(TWO)]);
    expect(await (await stage.connect({ id: TWO })).get('a')).toBe('1');
    await expect(modify({ CacheNodeType: 'cache.r7g.large' })).rejects.toMatchObject({
      code: 'InvalidParameterValue',
    });
  });

  test('a lost primary is filled from its replica', async () => {
    await write('a', '1');
    await modify({ AutomaticFailoverEnabled: false });
    signalTree(stage.node(ONE).pid, 'SIGKILL');
    await eventually('it is noticed', SETTLED_MS_MAX, () => stage.node(ONE).state === 'recovering');
    await untilWhole();
    expect(await roleOf(ONE)).toBe('master');
    expect(await (await stage.connect({ id: ONE })).get('a')).toBe('1');
    await write('b', '2');
  });
});

test('a reboot of the primary loses the data of the whole group, as the guide says', async () => {
  await write('a', '1');
  await stage.call('RebootCacheCluster', { CacheClusterId: ONE, CacheNodeIdsToReboot: ['0001'] });
  await untilWhole();
  expect(await roleOf(ONE)).toBe('master');
  expect(await (await stage.connect({ id: ONE })).get('a')).toBe(null);
  await write('b', '2');
  expect(await (await stage.connect({ id: TWO })).mget('a', 'b')).toEqual([null, '2']);
});
