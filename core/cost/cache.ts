/** The cache: its nodes, and what exists only to watch and heal it. Money is USD a month. */

import {
  functionsOf,
  highResolution,
  numberOf,
  parameterOf,
  pricer,
  sumOfMetrics,
  type Pricer,
} from './template.ts';
import type { CostResource, CostTemplate, Estimate, LineItem, PriceFile } from './types.ts';
import { USAGE } from './usage.ts';

export interface CacheCostInput {
  /** The synthesized Cache stack. */
  readonly template: CostTemplate;
  readonly prices: PriceFile;
}

export interface CacheControlInput {
  /** The synthesized State and Control stacks. */
  readonly templates: readonly CostTemplate[];
  readonly prices: PriceFile;
}

/** Nodes and key. Data that crosses zones depends on where the applications run and is left to the reader. */
export function estimateCache({ template, prices }: CacheCostInput): Estimate {
  const resources = Object.values(template.Resources);
  const groups = resources.filter(({ Type }) => Type === 'AWS::ElastiCache::ReplicationGroup');
  const typeOf = (group: CostResource): string => String(group.Properties?.['CacheNodeType']);
  const items: LineItem[] = [...new Set(groups.map(typeOf))].map((type) => {
    const price = prices.nodeHours[type];
    if (price === undefined) throw new Error(`the price file of ${prices.date} has no price for ${type}`);
    const own = groups.filter((group) => typeOf(group) === type);
    const nodes = own.reduce((sum, group) => sum + numberOf(group, 'NumCacheClusters', 1), 0);
    const quantity = nodes * USAGE.hoursPerMonth;
    const because = `${nodes} nodes of ${type}, ${USAGE.hoursPerMonth} hours each`;
    return { what: 'Nodes', because, quantity, price: type, usd: quantity * price.usd };
  });
  const keys = resources.filter(({ Type }) => Type === 'AWS::KMS::Key').length;
  items.push(pricer(prices)('kmsKeyMonth', 'Keys', keys, `${keys} customer keys`));
  return { items, usd: items.reduce((sum, item) => sum + item.usd, 0) };
}

/** Everything that would not be there without watching a cache. Nothing where there is none. */
export function estimateCacheControl({ templates, prices }: CacheControlInput): Estimate {
  const resources = templates.flatMap((template) => Object.values(template.Resources));
  const price = pricer(prices);
  const items = [...cacheItems(price, resources), ...alarmItems(price, resources)];
  return { items, usd: items.reduce((sum, item) => sum + item.usd, 0) };
}

const SECONDS_PER_HOUR = 3600;
const BYTES_PER_GB = 1e9;
const BYTES_PER_WRITE_UNIT = 1024;
const DAYS_PER_MONTH = USAGE.hoursPerMonth / 24;

/** What depends on use. Its alarms are in the template, where those of all functions are counted. */
export function cacheItems(price: Pricer, resources: readonly CostResource[]): readonly LineItem[] {
  const [router] = functionsOf(resources, (name) => name === 'cache-router');
  const [front] = functionsOf(resources, (name) => name === 'cache-front');
  if (router === undefined || front === undefined) return [];
  const probers = functionsOf(resources, (name) => name.startsWith('health-check-')).length;
  const runs = USAGE.hoursPerMonth * 60;
  const writeMs = Math.min(
    USAGE.cacheObservationMsMax,
    parameterOf(resources, '/database/observation-age-ms-max') / 2,
  );
  const observations = (USAGE.hoursPerMonth * SECONDS_PER_HOUR * 1000 * probers) / writeMs;
  const shards = resources.filter((one) => isOf(one, 'shard-unreachable')).length;
  return [
    ...functionItems(price, { router, front, runs }),
    ...tableItems(price, { runs, observations, probers, shards }),
    price(
      'logsIngestedGb',
      'Cache, logs',
      (runs * USAGE.cacheRunLogBytes) / BYTES_PER_GB,
      `${USAGE.cacheRunLogBytes} bytes a run`,
    ),
    price(
      'auroraIo',
      'Read leases on the writer',
      USAGE.cacheProcesses * USAGE.hoursPerMonth * SECONDS_PER_HOUR * USAGE.heartbeatIos,
      `${USAGE.cacheProcesses} processes, one commit a second each`,
    ),
  ];
}

interface Work {
  readonly router: CostResource;
  readonly front: CostResource;
  readonly runs: number;
}

/** The controller runs each minute and asks the front for the rows of each copy of the cache. */
function functionItems(price: Pricer, { router, front, runs }: Work): readonly LineItem[] {
  const variables =
    (router.Properties?.['Environment'] as { Variables?: object } | undefined)?.Variables ?? {};
  const copies = Object.keys(variables).filter((name) =>
    /^UNDERSTUDY_CACHE_(SHARDS|COPIES|GUTTER)$/.test(name),
  ).length;
  const calls = runs * copies;
  const gbSeconds = (fn: CostResource, count: number, seconds: number): number =>
    (count * seconds * numberOf(fn, 'MemorySize')) / 1024;
  const { cacheRouterRunSeconds, cacheFrontRunSeconds } = USAGE;
  return [
    price(
      'lambdaArmGbSecond',
      'Cache, compute of its controller',
      gbSeconds(router, runs, cacheRouterRunSeconds),
      `${runs} runs of ${cacheRouterRunSeconds} s`,
    ),
    price(
      'lambdaArmGbSecond',
      'Cache, compute of its front',
      gbSeconds(front, calls, cacheFrontRunSeconds),
      `${calls} calls of ${cacheFrontRunSeconds} s by the controller`,
    ),
    price('lambdaRequest', 'Cache, requests', runs + calls, 'every run and call'),
    price('schedulerInvocation', 'Cache, schedule', runs, 'one a minute'),
  ];
}

interface TableUse {
  readonly runs: number;
  readonly observations: number;
  readonly probers: number;
  readonly shards: number;
}

function tableItems(price: Pricer, { runs, observations, probers, shards }: TableUse): readonly LineItem[] {
  const bytes = USAGE.cacheObservationBytes + shards * USAGE.cacheObservationShardBytes;
  const units = Math.ceil(bytes / BYTES_PER_WRITE_UNIT);
  const leases = 2;
  const keptGb = (observations * bytes * (USAGE.observationKeptDays / DAYS_PER_MONTH)) / BYTES_PER_GB;
  const minutes = USAGE.hoursPerMonth * 60;
  const reads = runs * USAGE.cacheRouterReads + probers * minutes * USAGE.cacheProberReadsPerMinute;
  return [
    price(
      'dynamodbWriteUnit',
      'Cache, state table writes',
      observations * units + runs * leases,
      `observations of ${bytes} bytes, and leases`,
    ),
    price('dynamodbReadUnit', 'Cache, state table reads', reads, 'observations, thresholds, pauses'),
    price('dynamodbStorageGbMonth', 'Cache, storage', keptGb, `${USAGE.observationKeptDays} days kept`),
    price('dynamodbPitrGbMonth', 'Cache, point-in-time recovery', keptGb, 'the same size'),
  ];
}

const OWN_ALARMS = ['shard-unreachable', 'shard-quarantined', 'shard-busy', 'read-budget-spent'];

function isOf({ Type, Properties }: CostResource, failure: string): boolean {
  return Type === 'AWS::CloudWatch::Alarm' && String(Properties?.['AlarmName']).includes(`-${failure}-`);
}

/** The alarms of shards, of read budgets and of the two functions, and the composites that tell people. */
function alarmItems(price: Pricer, resources: readonly CostResource[]): readonly LineItem[] {
  const alarms = resources.filter(
    (one) =>
      OWN_ALARMS.some((failure) => isOf(one, failure)) ||
      (one.Type === 'AWS::CloudWatch::Alarm' &&
        /-function-failing-cache-(router|front)$/.test(String(one.Properties?.['AlarmName']))),
  );
  const composites = resources.filter(
    ({ Type, Properties }) =>
      Type === 'AWS::CloudWatch::CompositeAlarm' &&
      /-cache-tier(-\d+)?$/.test(String(Properties?.['AlarmName'])),
  ).length;
  if (alarms.length === 0) return [];
  const high = highResolution(alarms);
  const standard = alarms.filter((alarm) => !high.includes(alarm));
  return [
    price(
      'cloudwatchHighResolutionAlarmMonth',
      'Cache, alarms of 10 s',
      sumOfMetrics(high),
      `${high.length} alarms`,
    ),
    price(
      'cloudwatchAlarmMonth',
      'Cache, alarms of 60 s',
      sumOfMetrics(standard),
      `${standard.length} alarms`,
    ),
    price('cloudwatchCompositeAlarmMonth', 'Cache, composite alarm', composites, 'one a tier'),
  ];
}
