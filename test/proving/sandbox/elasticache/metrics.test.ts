import { describe, expect, test } from 'vitest';
import { signalTree } from '../../../../proving/sandbox/aurora/process-tree.ts';
import { metricsBetween, sampleOf } from '../../../../proving/sandbox/elasticache/node-metrics.ts';
import { eventually, GROUP, GROUP_PROPERTIES, openStage } from './support.ts';

const INFO = [
  'run_id:aaaa',
  'used_cpu_user_main_thread:10.5',
  'used_cpu_sys_main_thread:1.5',
  'keyspace_hits:100',
  'keyspace_misses:7',
  'evicted_keys:3',
  'connected_clients:5',
  'used_memory:1000',
  'maxmemory:4000',
  'db0:keys=42,expires=0,avg_ttl=0',
].join('\r\n');

describe('the metrics of a node', () => {
  const before = sampleOf(INFO, 60_000);
  const values = (info: string, at: number) =>
    Object.fromEntries(metricsBetween(before, sampleOf(info, at)).map(({ name, value }) => [name, value]));

  test('are what happened since the last sample, and how it is now', () => {
    const later = INFO.replace('hits:100', 'hits:160')
      .replace('10.5', '40.5')
      .replace('misses:7', 'misses:9');
    expect(values(later, 120_000)).toEqual({
      EngineCPUUtilization: 50,
      DatabaseMemoryUsagePercentage: 25,
      BytesUsedForCache: 1000,
      CurrConnections: 4,
      CurrItems: 42,
      CacheHits: 60,
      CacheMisses: 2,
      Evictions: 0,
    });
  });

  test('are none across a restart, which counts from zero again', () => {
    expect(values(INFO.replace('aaaa', 'bbbb'), 120_000)).toEqual({});
  });
});

test('a node that answers puts them under its id; one that hangs puts none', async () => {
  const stage = await openStage();
  try {
    await stage.create('ReplicationGroup', GROUP_PROPERTIES);
    const client = await stage.connect();
    await client.get('nobody has this');
    const cpu = () => stage.metrics.filter(({ name }) => name === 'EngineCPUUtilization');
    await eventually('a metric', 10_000, () => cpu().length > 0);
    expect(cpu()[0]).toMatchObject({
      namespace: 'AWS/ElastiCache',
      dimensions: { CacheClusterId: `${GROUP}-001`, CacheNodeId: '0001' },
      unit: 'Percent',
    });
    signalTree(stage.node().pid, 'SIGSTOP');
    await new Promise((done) => setTimeout(done, 500));
    const counted = stage.metrics.length;
    await new Promise((done) => setTimeout(done, 3_500));
    expect(stage.metrics).toHaveLength(counted);
    signalTree(stage.node().pid, 'SIGCONT');
    await eventually('metrics again', 10_000, () => stage.metrics.length > counted);
  } finally {
    await stage.end();
  }
});
