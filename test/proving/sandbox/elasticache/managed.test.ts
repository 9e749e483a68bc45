/** What ElastiCache does by itself with a node that dies, and what it leaves to others. */

import dns from 'node:dns/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { processTree, signalTree } from '../../../../proving/sandbox/aurora/process-tree.ts';
import { eventually, GROUP, GROUP_PROPERTIES, openStage, type Stage } from './support.ts';

const NODE = `${GROUP}-001`;
const REPLACED_MS_MAX = 15_000;

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
  await stage.create('ReplicationGroup', GROUP_PROPERTIES);
});
afterAll(() => stage?.end());
beforeEach(async () => {
  await stage.cache.restartCacheNode(NODE, 'empty');
  await (await stage.connect()).mset({ a: '1', b: '2' });
});

const untilServing = (pid: number) =>
  eventually('a new process serves', REPLACED_MS_MAX, () => {
    const node = stage.node();
    return node.pid !== 0 && node.pid !== pid && node.state === 'available' ? node : undefined;
  });

async function addressOf(name: string): Promise<string[]> {
  const resolver = new dns.Resolver();
  resolver.setServers([stage.dns.authoritative]);
  return resolver.resolve4(name);
}

async function runId(): Promise<string> {
  return /run_id:(\w+)/.exec(await (await stage.connect()).info('server'))![1]!;
}

describe('a node whose processes die', () => {
  test('is replaced under the same name, empty, maybe at another address', async () => {
    const before = stage.node();
    const known = await runId();
    signalTree(before.pid, 'SIGKILL');
    await expect(stage.connect()).rejects.toThrow();
    // AWS takes its time to notice, and says it is well until then.
    const dead = await eventually('it is dead', 2_000, () =>
      stage.node().pid === 0 ? stage.node() : undefined,
    );
    expect(dead.state).toBe('available');
    await eventually('it is noticed', REPLACED_MS_MAX, () => stage.node().state === 'recovering');
    const after = await untilServing(before.pid);
    expect(after).toMatchObject({ nodeId: before.nodeId, endpoint: before.endpoint, role: 'primary' });
    expect(after.address).not.toBe(before.address);
    expect(await addressOf(before.endpoint)).toEqual([after.address]);
    const client = await stage.connect();
    expect(await client.mget('a', 'b')).toEqual([null, null]);
    expect(await runId()).not.toBe(known);
    expect((await stage.messages()).slice(-2)).toEqual([
      `${NODE}: Recovering cache nodes 0001`,
      `${NODE}: Finished recovery for cache nodes 0001`,
    ]);
  });

  test('comes and goes between two addresses, however often it dies', async () => {
    const seen = [stage.node().address];
    for (let round = 0; round < 2; round++) {
      const { pid } = stage.node();
      signalTree(pid, 'SIGKILL');
      seen.push((await untilServing(pid)).address);
    }
    expect(new Set(seen).size).toBe(2);
    expect(seen[2]).toBe(seen[0]);
  });

  test('is one tree: the server alone is the node as well', async () => {
    const { pid } = stage.node();
    const engine = processTree(pid).at(-1)!;
    expect(engine).not.toBe(pid);
    process.kill(engine, 'SIGKILL');
    await eventually('the front ends with it', 2_000, () => stage.node().pid === 0);
    await untilServing(pid);
  });
});

describe('a node that hangs', () => {
  test('stays available in the eyes of ElastiCache, answers nobody, and goes on when it wakes', async () => {
    const client = await stage.connect({ commandTimeout: 300 });
    const { pid } = stage.node();
    signalTree(pid, 'SIGSTOP');
    await expect(client.get('a')).rejects.toThrow(/timed out/);
    await new Promise((done) => setTimeout(done, 1_500));
    expect(stage.node()).toMatchObject({ pid, state: 'available' });
    signalTree(pid, 'SIGCONT');
    expect(await (await stage.connect()).mget('a', 'b')).toEqual(['1', '2']);
  });

  test('comes back empty by a reboot, under its name and at its address', async () => {
    const before = stage.node();
    signalTree(before.pid, 'SIGSTOP');
    const { CacheCluster } = await stage.call('RebootCacheCluster', {
      CacheClusterId: NODE,
      CacheNodeIdsToReboot: ['0001'],
    });
    expect(CacheCluster).toMatchObject({
      CacheClusterId: NODE,
      CacheClusterStatus: 'rebooting cluster nodes',
    });
    const after = await untilServing(before.pid);
    expect(after).toMatchObject({ address: before.address, endpoint: before.endpoint });
    expect(await (await stage.connect()).get('a')).toBe(null);
    expect((await stage.messages()).at(-1)).toBe(`${NODE}: Cache node 0001 restarted`);
    expect(processTree(before.pid)).toEqual([]);
  });
});

describe('a reboot', () => {
  test('is refused for a node that is not available, for another node, and for another number', async () => {
    const { pid } = stage.node();
    const reboot = (more = {}) =>
      stage.call('RebootCacheCluster', { CacheClusterId: NODE, CacheNodeIdsToReboot: ['0001'], ...more });
    await expect(reboot({ CacheClusterId: 'other' })).rejects.toMatchObject({ code: 'CacheClusterNotFound' });
    await expect(reboot({ CacheNodeIdsToReboot: ['0002'] })).rejects.toMatchObject({
      code: 'InvalidParameterValue',
    });
    await reboot();
    await expect(reboot()).rejects.toMatchObject({ code: 'InvalidCacheClusterState' });
    await untilServing(pid);
  });
});

describe('a restart from outside', () => {
  test('on the old append-only file has every write that was acknowledged, under a new run id', async () => {
    const client = await stage.connect();
    const known = await runId();
    await Promise.all(Array.from({ length: 500 }, (_, n) => client.set(`key ${n}`, 'x'.repeat(n))));
    await client.del('a');
    const before = stage.node();
    signalTree(before.pid, 'SIGKILL');
    await stage.cache.restartCacheNode(NODE, 'kept');
    expect(stage.node()).toMatchObject({ address: before.address, state: 'available' });
    const after = await stage.connect();
    expect(await after.mget('a', 'b', 'key 0', 'key 499')).toEqual([null, '2', '', 'x'.repeat(499)]);
    expect(await runId()).not.toBe(known);
  });

  test('of a node that hangs works as well, and ElastiCache does not replace it afterwards', async () => {
    const before = stage.node();
    signalTree(before.pid, 'SIGSTOP');
    await stage.cache.restartCacheNode(NODE, 'kept');
    const after = stage.node();
    expect(after.pid).not.toBe(before.pid);
    await new Promise((done) => setTimeout(done, 1_500));
    expect(stage.node()).toEqual(after);
  });

  test('is refused for a node that is not there, and for other data', async () => {
    await expect(stage.cache.restartCacheNode('other', 'kept')).rejects.toMatchObject({
      code: 'no-cache-node',
      message: expect.stringMatching(new RegExp(`nodeId = "other".*one of: ${NODE}`)),
    });
    await expect(stage.cache.restartCacheNode(NODE, 'old' as 'kept')).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringMatching(/data = "old".*'kept' or 'empty'/),
    });
  });
});

test('a sandbox that stops while a group is being made leaves none of its processes', async () => {
  const other = await openStage();
  const making = other.create('ReplicationGroup', GROUP_PROPERTIES).catch((error: Error) => error);
  await eventually('its process is there', 10_000, () => other.cache.cacheNodes().some(({ pid }) => pid > 0));
  await other.cache.stop!();
  expect(await making).toBeInstanceOf(Error);
  // Throws when one lives.
  await other.end();
});
