/** CPUUtilization and MemoryUtilization of services, in percent of what their tasks reserve, once a minute of the pace. */

import fs from 'node:fs';
import { processTree } from '../../aurora/process-tree.ts';
import type { MetricSink, World } from '../../kernel/index.ts';
import type { Registry } from '../registry.ts';
import type { TaskRecord } from './task-record.ts';

const PERIOD_MS = 60_000;
/** Of the kernel's clock ticks, as every Linux that Node runs on has them. */
const TICKS_PER_S = 100;
const PAGE_BYTES = 4096;
const CPU_UNITS = 1024;

interface Usage {
  readonly at: number;
  readonly cpuS: number;
}

export class ServiceMetrics {
  private readonly world: World;
  private readonly registry: Registry;
  private readonly sink: MetricSink;
  private before = new Map<string, Usage>();
  private timer: NodeJS.Timeout | undefined;

  constructor(world: World, registry: Registry, sink: MetricSink) {
    this.world = world;
    this.registry = registry;
    this.sink = sink;
  }

  start(): void {
    this.timer ??= setInterval(() => this.publish(), this.world.managed(PERIOD_MS));
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private publish(): void {
    const now = new Map<string, Usage>();
    for (const record of this.registry.tasks) {
      const { pid } = record.view;
      if (pid === null) continue;
      const { cpuS, bytes } = usageOf(pid);
      const usage = { at: this.world.now(), cpuS };
      now.set(record.id, usage);
      const { memory, cpu } = record.definition;
      this.put(record, 'MemoryUtilization', (bytes / (Number(memory) * 1024 * 1024)) * 100);
      const last = this.before.get(record.id);
      if (last === undefined) continue;
      const cores = (usage.cpuS - last.cpuS) / ((usage.at - last.at) / 1000);
      this.put(record, 'CPUUtilization', (cores / (Number(cpu) / CPU_UNITS)) * 100);
    }
    this.before = now;
  }

  private put({ origin }: TaskRecord, name: string, value: number): void {
    this.sink.put({
      namespace: 'AWS/ECS',
      name,
      dimensions: { ClusterName: origin.cluster, ServiceName: origin.service },
      value: Math.max(0, value),
      unit: 'Percent',
      at: this.world.now(),
      resolutionS: 60,
    });
  }
}

/** Of the whole tree: what has ended in it counts no more. */
function usageOf(pid: number): { readonly cpuS: number; readonly bytes: number } {
  let ticks = 0;
  let pages = 0;
  for (const one of processTree(pid)) {
    const stat = read(`/proc/${one}/stat`);
    const [, , , , , , , , , , , user = '0', system = '0'] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    ticks += Number(user) + Number(system);
    pages += Number(read(`/proc/${one}/statm`).split(' ')[1] ?? 0);
  }
  return { cpuS: ticks / TICKS_PER_S, bytes: pages * PAGE_BYTES };
}

function read(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
