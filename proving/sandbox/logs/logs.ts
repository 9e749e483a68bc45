/**
 * CloudWatch Logs, in the measure the functions need: log groups as files, the last lines in memory, and metrics
 * taken out of EMF lines. On AWS nobody controls when EMF becomes a metric; here a sampled delay stands for it.
 */

import path from 'node:path';
import type { MetricSink, Part, World } from '../kernel/index.ts';
import { extractMetrics } from './emf.ts';
import { LogFiles } from './log-files.ts';
import { logGroupProvider } from './log-group.ts';

export interface LogSink {
  /** One line of a stream of a group. */
  write(group: string, stream: string, line: string): void;
}

export interface Logs extends Part, LogSink {
  /** The last lines of a group, oldest first. */
  tail(group: string, count: number): string[];
  groups(): string[];
  /** The file a group is written to. */
  file(group: string): string;
}

export interface LogsOptions {
  readonly metrics: MetricSink;
  /** Time from an EMF line to its metric on AWS, ms; scaled by the pace. @default 2 to 8 s, at random */
  readonly emfDelayMs?: () => number;
}

const EMF_DELAY_MS_MIN = 2000;
const EMF_DELAY_MS_MAX = 8000;

export function createLogs(world: World, options: LogsOptions): Logs {
  const files = new LogFiles(path.join(world.stateDir, 'logs', 'groups'));
  const delayMs =
    options.emfDelayMs ?? (() => EMF_DELAY_MS_MIN + Math.random() * (EMF_DELAY_MS_MAX - EMF_DELAY_MS_MIN));
  const flushes = new Set<NodeJS.Timeout>();
  let stopped = false;

  function flushMetrics(line: string): void {
    const data = extractMetrics(line);
    if (data.length === 0) return;
    const timer = setTimeout(() => {
      flushes.delete(timer);
      for (const datum of data) options.metrics.put(datum);
    }, world.managed(delayMs()));
    flushes.add(timer);
  }

  return {
    providers: [logGroupProvider(world)],
    write(group, stream, line) {
      if (stopped) return;
      files.append(group, `${stream} ${line}`);
      flushMetrics(line);
    },
    tail: (group, count) => files.tail(group, count),
    groups: () => files.names(),
    file: (group) => files.file(group),
    async stop() {
      stopped = true;
      for (const timer of flushes) clearTimeout(timer);
      flushes.clear();
      await files.close();
    },
  };
}
