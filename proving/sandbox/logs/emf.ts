/**
 * Metrics inside log lines: CloudWatch's embedded metric format.
 *
 * Source: Amazon CloudWatch User Guide, "Specification: Embedded metric format". A line counts if it is a JSON
 * object with `_aws.CloudWatchMetrics`, also behind the prefix that Lambda's text format puts before a message.
 * What breaks the specification is left out, as CloudWatch does.
 */

import type { MetricDatum } from '../kernel/index.ts';

const DIMENSIONS_MAX = 30;
const VALUES_MAX = 100;
/** `<time>\t<request id>\t<level>\t`, written by Lambda's console. */
const CONSOLE_PREFIX = /^[\w:.-]+\t[\w-]*\t[A-Z]+\t(?=\{)/;

type Json = Readonly<Record<string, unknown>>;

/** The metric data of one log line; none for a line that is no EMF. */
export function extractMetrics(line: string): MetricDatum[] {
  const root = parse(line);
  const directives = root && isObject(root._aws) ? root._aws : undefined;
  const at = directives?.Timestamp;
  if (!root || !directives || typeof at !== 'number' || !Array.isArray(directives.CloudWatchMetrics))
    return [];
  return directives.CloudWatchMetrics.filter(isObject).flatMap((directive) =>
    directiveData(root, directive, at),
  );
}

function parse(line: string): Json | undefined {
  const text = line.replace(CONSOLE_PREFIX, '');
  if (!text.startsWith('{') || !text.includes('"_aws"')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function directiveData(root: Json, directive: Json, at: number): MetricDatum[] {
  const namespace = directive.Namespace;
  if (typeof namespace !== 'string' || !Array.isArray(directive.Metrics)) return [];
  const sets = dimensionSets(root, directive.Dimensions);
  return directive.Metrics.filter(isObject).flatMap((metric) =>
    sets.flatMap((dimensions) => metricData(root, metric, { namespace, dimensions, at })),
  );
}

function dimensionSets(root: Json, sets: unknown): Record<string, string>[] {
  if (!Array.isArray(sets)) return [{}];
  return sets
    .filter((set): set is string[] => Array.isArray(set) && set.length <= DIMENSIONS_MAX)
    .filter((set) => set.every((name) => typeof root[name] === 'string'))
    .map((set) => Object.fromEntries(set.map((name) => [name, root[name] as string])));
}

function metricData(
  root: Json,
  metric: Json,
  common: Pick<MetricDatum, 'namespace' | 'dimensions' | 'at'>,
): MetricDatum[] {
  const name = metric.Name;
  if (typeof name !== 'string') return [];
  const value = root[name];
  const values = (Array.isArray(value) ? value.slice(0, VALUES_MAX) : [value]) as unknown[];
  const unit = typeof metric.Unit === 'string' ? metric.Unit : 'None';
  const resolutionS = metric.StorageResolution === 1 ? 1 : 60;
  return values
    .filter((item): item is number => typeof item === 'number' && Number.isFinite(item))
    .map((item) => ({ ...common, name, value: item, unit, resolutionS }));
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
