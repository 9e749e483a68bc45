/**
 * What the throttle costs: the runs of its function, its table, and what a run leaves in logs and metrics. It grows
 * with the processes that report; Lambda's own reading of the stream is free.
 */

import { watchedMetrics } from './metrics.ts';
import { functionsOf, numberOf, parameterOf, pricer, sumOfMetrics, type Pricer } from './template.ts';
import type { CostResource, CostTemplate, Estimate, LineItem, PriceFile } from './types.ts';
import { USAGE } from './usage.ts';

export interface ThrottleCostInput {
  /** The synthesized State and Control stacks. */
  readonly templates: readonly CostTemplate[];
  readonly prices: PriceFile;
  /** Processes of each application that throttles. @default USAGE.throttleInstances */
  readonly instances?: number;
}

const FUNCTION = 'throttle';
const SECONDS_PER_HOUR = 3600;
const BYTES_PER_GB = 1e9;
const BYTES_PER_WRITE_UNIT = 1024;
const BYTES_PER_READ_UNIT = 4096;

/** Everything that would not be there without the throttle. Nothing where nothing is throttled. */
export function estimateThrottle({ templates, prices, instances }: ThrottleCostInput): Estimate {
  const resources = templates.flatMap((template) => Object.values(template.Resources));
  const price = pricer(prices);
  const items = [
    ...throttleItems(price, resources, instances ?? USAGE.throttleInstances),
    ...alarmItems(price, resources),
  ];
  return { items, usd: items.reduce((sum, item) => sum + item.usd, 0) };
}

/** What one more process of each application adds to that many, USD a month. */
export function usdOfFurtherInstance({ instances, ...input }: ThrottleCostInput): number {
  const before = instances ?? USAGE.throttleInstances;
  const costOf = (count: number): number => estimateThrottle({ ...input, instances: count }).usd;
  return costOf(before + 1) - costOf(before);
}

/** What depends on use. Its alarms are in the template, where those of all functions are counted. */
export function throttleItems(
  price: Pricer,
  resources: readonly CostResource[],
  instances: number,
): readonly LineItem[] {
  const [fn] = functionsOf(resources, (name) => name === FUNCTION);
  if (fn === undefined) return [];
  const load = loadOf(fn, resources, instances);
  return [...runItems(price, fn, load), ...tableItems(price, load)];
}

interface Load {
  readonly instances: number;
  readonly throttled: number;
  readonly applications: number;
  /** A month. */
  readonly reports: number;
  readonly runs: number;
}

/**
 * Each process reports each resource once a period, and the reports of one batching window share a run: n reports
 * a period cause n / (1 + (n - 1) x window / period) runs, as of a counter that is dead for the window after each.
 */
function loadOf(fn: CostResource, resources: readonly CostResource[], instances: number): Load {
  const pairs = variableOf(fn, 'UNDERSTUDY_THROTTLED_RESOURCES').split(',');
  const throttled = pairs.length;
  const periodS = parameterOf(resources, '/throttle/report-ms') / 1000;
  const mapping = resources.find(({ Properties }) => 'MaximumBatchingWindowInSeconds' in (Properties ?? {}));
  const windowS = numberOf(mapping, 'MaximumBatchingWindowInSeconds');
  const perPeriod = instances * throttled;
  const periods = (USAGE.hoursPerMonth * SECONDS_PER_HOUR) / periodS;
  const runs = (periods * perPeriod) / (1 + ((perPeriod - 1) * windowS) / periodS);
  const applications = new Set(pairs.map((pair) => pair.split('=')[1])).size;
  return { instances, throttled, applications, reports: periods * perPeriod, runs };
}

function runItems(price: Pricer, fn: CostResource, { runs, throttled }: Load): readonly LineItem[] {
  const memoryMiB = numberOf(fn, 'MemorySize');
  const seconds = USAGE.throttleRunSeconds;
  const bytes = USAGE.runLogBytes + throttled * USAGE.throttleResourceLogBytes;
  const gb = (runs * bytes) / BYTES_PER_GB;
  const because = `${Math.round(runs)} runs of ${seconds} s at ${memoryMiB} MiB`;
  return [
    price('lambdaArmGbSecond', 'Throttle, compute', (runs * seconds * memoryMiB) / 1024, because),
    price('lambdaRequest', 'Throttle, requests', runs, 'every run'),
    price('logsIngestedGb', 'Throttle, logs', gb, `${bytes} bytes a run`),
    price(
      'logsStoredGbMonth',
      'Throttle, logs stored',
      gb * USAGE.logCompression,
      'a month kept, compressed',
    ),
  ];
}

function tableItems(price: Pricer, load: Load): readonly LineItem[] {
  const { runs, reports, instances, throttled, applications } = load;
  const { demandItemBytes, throttleLeaseItemBytes } = USAGE;
  const plans = runs * Math.min(throttled, reports / runs);
  const units = (bytes: number): number => Math.ceil(bytes / BYTES_PER_WRITE_UNIT);
  const puts = reports * (units(demandItemBytes) + units(throttleLeaseItemBytes)) + plans;
  // Both partitions of each application, as a whole; consistent reads count a unit for each 4 KB.
  const items = (instances * throttled) / applications;
  const pages = [demandItemBytes, throttleLeaseItemBytes].map((bytes) =>
    Math.ceil((items * bytes) / BYTES_PER_READ_UNIT),
  );
  const perRun = pages.reduce((sum, count) => sum + count, 0) * applications + throttled;
  const because = `${instances} processes an application, ${throttled} resources`;
  return [
    price('dynamodbWriteUnit', 'Throttle table, writes', puts, `reports, leases and plans of ${because}`),
    price(
      'dynamodbReadUnit',
      'Throttle table, reads',
      runs * perRun + reports,
      `${perRun} a run, one a report`,
    ),
    price('dynamodbWriteUnit', 'Throttle, state table writes', runs * 2, 'its lease, taken and given back'),
    price(
      'dynamodbReadUnit',
      'Throttle, state table reads',
      runs * (3 + throttled),
      'pauses, thresholds, quotas',
    ),
  ];
}

/** The alarms of its function and of each resource, and the metric that the latter watch. */
function alarmItems(price: Pricer, resources: readonly CostResource[]): readonly LineItem[] {
  const alarms = resources.filter(({ Type, Properties }) => {
    const name = String(Properties?.['AlarmName']);
    return (
      Type === 'AWS::CloudWatch::Alarm' && /-(throttle-over-capacity-|function-failing-throttle$)/.test(name)
    );
  });
  if (alarms.length === 0) return [];
  return [
    price('cloudwatchAlarmMonth', 'Throttle, alarms', sumOfMetrics(alarms), `${alarms.length} alarms`),
    price('cloudwatchMetricMonth', 'Throttle, custom metrics', watchedMetrics(alarms), 'one a resource'),
  ];
}

function variableOf(fn: CostResource, name: string): string {
  const environment = fn.Properties?.['Environment'] as { Variables?: Record<string, unknown> } | undefined;
  return String(environment?.Variables?.[name]);
}
