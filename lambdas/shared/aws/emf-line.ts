import { METRIC_NAMESPACE } from '../../../core/naming.ts';
import type { Metrics, MetricGroup } from '../../../core/ports/index.ts';

/**
 * Metrics of several dimension sets in one line: each group is a directive of its own, which Powertools cannot
 * do. For the probers, which may write one line a sweep. Throws TypeError when two groups give one name twice.
 * Format: CloudWatch embedded metric format, version of 2019.
 */
export function emfLine(groups: readonly MetricGroup[], now: number): string {
  const members: Record<string, string | number> = {};
  for (const { dimensions, values } of groups) {
    const fields = [...Object.entries(dimensions), ...values.map((v) => [v.name, v.value] as const)];
    for (const [name, value] of fields) {
      if (Object.hasOwn(members, name) && members[name] !== value) {
        throw new TypeError(`one line cannot hold ${name} twice: ${members[name]} and ${value}`);
      }
      members[name] = value;
    }
  }
  const directives = groups.map(({ dimensions, values }) => ({
    Namespace: METRIC_NAMESPACE,
    Dimensions: [Object.keys(dimensions)],
    Metrics: values.map(({ name, unit, resolution }) => {
      return { Name: name, Unit: unit, StorageResolution: resolution === 'standard' ? 60 : 1 };
    }),
  }));
  return JSON.stringify({ _aws: { Timestamp: now, CloudWatchMetrics: directives }, ...members });
}

export function emfMetrics(options: {
  readonly now: () => number;
  readonly write: (line: string) => void;
}): Metrics {
  return { emit: (groups) => options.write(`${emfLine(groups, options.now())}\n`) };
}
