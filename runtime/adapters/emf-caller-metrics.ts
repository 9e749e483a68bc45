/**
 * Metrics of the throttle as one log line a minute, in CloudWatch's embedded metric format (version of 2019). A line
 * has one value for each dimension, so class and outcome are in the metric's name; the resource is the dimension.
 * Callers are properties of the line, to be searched by Logs Insights, and never a dimension: each would be a custom
 * metric of its own, at 0.30 USD a month.
 */

import { METRIC_NAMESPACE } from '../../core/naming.ts';
import type { CallerMetricsSink, CallerReport } from '../throttle/caller-metrics.ts';

export interface EmfCallerMetricsOptions {
  /** @default - standard output */
  readonly write?: (line: string) => void;
}

/** The metric of a class and an outcome, such as `throttle-critical-admitted`. */
export function callerMetricName({
  criticality,
  outcome,
}: Pick<CallerReport['totals'][number], 'criticality' | 'outcome'>): string {
  return `throttle-${criticality}-${outcome}`;
}

export function emfCallerMetrics({ write = toStdout }: EmfCallerMetricsOptions = {}): CallerMetricsSink {
  return { put: (report) => write(`${emfLine(report)}\n`) };
}

function emfLine({ resource, at, windowMs, totals, refusedMost, admittedMost }: CallerReport): string {
  const values = totals.map((total) => [callerMetricName(total), total.count] as const);
  const directive = {
    Namespace: METRIC_NAMESPACE,
    Dimensions: [['resource']],
    Metrics: values.map(([Name]) => ({ Name, Unit: 'Count' })),
  };
  return JSON.stringify({
    _aws: { Timestamp: at, CloudWatchMetrics: [directive] },
    resource,
    windowMs,
    ...Object.fromEntries(values),
    refusedMost,
    admittedMost,
  });
}

function toStdout(line: string): void {
  process.stdout.write(line);
}
