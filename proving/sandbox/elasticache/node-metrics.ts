/** The host-level metrics of a node (ElastiCache guide, "Metrics for Valkey and Redis OSS"), from its own INFO. */

import { infoField } from './admin-link.ts';

/** What a node has counted since it started. */
export interface Sample {
  /** Epoch ms. */
  readonly at: number;
  readonly runId: string;
  /** CPU time of the thread that serves commands, in s. */
  readonly engineCpuS: number;
  readonly hits: number;
  readonly misses: number;
  readonly evictions: number;
  readonly connections: number;
  readonly items: number;
  readonly usedBytes: number;
  readonly maxBytes: number;
}

export interface NodeMetric {
  readonly name: string;
  readonly value: number;
  readonly unit: 'Percent' | 'Count' | 'Bytes';
}

/** The sandbox's own session. */
const OWN_CONNECTIONS = 1;

/** @param info INFO of all sections */
export function sampleOf(info: string, at: number): Sample {
  const number = (field: string) => Number(infoField(info, field) ?? 0);
  const keys = /^db0:keys=(\d+)/m.exec(info)?.[1];
  return {
    at,
    runId: infoField(info, 'run_id') ?? '',
    engineCpuS: number('used_cpu_user_main_thread') + number('used_cpu_sys_main_thread'),
    hits: number('keyspace_hits'),
    misses: number('keyspace_misses'),
    evictions: number('evicted_keys'),
    connections: Math.max(0, number('connected_clients') - OWN_CONNECTIONS),
    items: Number(keys ?? 0),
    usedBytes: number('used_memory'),
    maxBytes: number('maxmemory'),
  };
}

/** What happened between two samples; nothing where the node was started anew in between. */
export function metricsBetween(before: Sample, after: Sample): readonly NodeMetric[] {
  const elapsedS = (after.at - before.at) / 1_000;
  if (before.runId !== after.runId || elapsedS <= 0) return [];
  const cpu = ((after.engineCpuS - before.engineCpuS) / elapsedS) * 100;
  const used = after.maxBytes === 0 ? 0 : (after.usedBytes / after.maxBytes) * 100;
  return [
    { name: 'EngineCPUUtilization', value: Math.min(100, Math.max(0, cpu)), unit: 'Percent' },
    { name: 'DatabaseMemoryUsagePercentage', value: used, unit: 'Percent' },
    { name: 'BytesUsedForCache', value: after.usedBytes, unit: 'Bytes' },
    { name: 'CurrConnections', value: after.connections, unit: 'Count' },
    { name: 'CurrItems', value: after.items, unit: 'Count' },
    { name: 'CacheHits', value: after.hits - before.hits, unit: 'Count' },
    { name: 'CacheMisses', value: after.misses - before.misses, unit: 'Count' },
    { name: 'Evictions', value: after.evictions - before.evictions, unit: 'Count' },
  ];
}
