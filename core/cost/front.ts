/** What exists only to watch and heal the tiers in front: `dns-failover`, the probes of tasks, their alarms. USD a month. */

import {
  functionsOf,
  highResolution,
  numberOf,
  parameterOf,
  pricer,
  sumOfMetrics,
  type Pricer,
} from './template.ts';
import { watchedMetrics } from './metrics.ts';
import type { CostResource, CostTemplate, Estimate, LineItem, PriceFile } from './types.ts';
import { USAGE } from './usage.ts';

export interface FrontControlInput {
  /** The synthesized State, Control and Edge stacks. */
  readonly templates: readonly CostTemplate[];
  readonly prices: PriceFile;
  /** Tasks behind the balancers. @default USAGE.frontTargets */
  readonly targets?: number;
}

const SECONDS_PER_HOUR = 3600;
const BYTES_PER_GB = 1e9;
const BYTES_PER_WRITE_UNIT = 1024;
const FUNCTION = 'dns-failover';
const FAILURES =
  '(target-unreachable|targets-low|zone-gray|edge-unreachable|record-drifted|deployment-failed)(-|$)';

/** Everything that would not be there without watching balancers, tasks and names. Nothing where there are none. */
export function estimateFrontControl({ templates, prices, targets }: FrontControlInput): Estimate {
  const resources = templates.flatMap((template) => Object.values(template.Resources));
  const price = pricer(prices);
  const items = [
    ...frontItems(price, resources, targets ?? USAGE.frontTargets),
    ...alarmItems(price, resources),
    ...signalItems(price, resources),
  ];
  return { items, usd: items.reduce((sum, item) => sum + item.usd, 0) };
}

/** What depends on use. Its alarms are in the template, where those of all functions are counted. */
export function frontItems(
  price: Pricer,
  resources: readonly CostResource[],
  targets: number,
): readonly LineItem[] {
  const [controller] = functionsOf(resources, (name) => name === FUNCTION);
  if (controller === undefined) return [];
  const probers = functionsOf(resources, (name) => name.startsWith('health-check-')).length;
  const runs = USAGE.hoursPerMonth * 60;
  const seconds = USAGE.frontRunSeconds;
  const gbSeconds = (runs * seconds * numberOf(controller, 'MemorySize')) / 1024;
  const logGb = (runs * USAGE.frontRunLogBytes) / BYTES_PER_GB;
  return [
    price('lambdaArmGbSecond', 'Front, compute of dns-failover', gbSeconds, `${runs} runs of ${seconds} s`),
    price('lambdaRequest', 'Front, requests', runs, 'every run'),
    price('schedulerInvocation', 'Front, schedule', runs, 'one a minute'),
    price('logsIngestedGb', 'Front, logs', logGb, `${USAGE.frontRunLogBytes} bytes a run`),
    ...tableItems(price, resources, { probers, runs, targets }),
  ];
}

interface TableUse {
  readonly probers: number;
  readonly runs: number;
  readonly targets: number;
}

/** A quiet prober writes every few seconds and reads the list of targets more often than that. */
function tableItems(
  price: Pricer,
  resources: readonly CostResource[],
  { probers, runs, targets }: TableUse,
): readonly LineItem[] {
  const secondsPerMonth = USAGE.hoursPerMonth * SECONDS_PER_HOUR;
  const ageMs = parameterOf(resources, '/web/observation-age-ms-max');
  const writeMs = Math.min(USAGE.frontObservationMsMax, ageMs / 2);
  const observations = (secondsPerMonth * 1000 * probers) / writeMs;
  const bytes = USAGE.frontItemBytes + targets * USAGE.frontTargetBytes;
  const units = Math.ceil(bytes / BYTES_PER_WRITE_UNIT);
  const leases = 2;
  const reads = (secondsPerMonth * probers) / USAGE.frontTargetsReadSeconds + runs * USAGE.frontReads;
  const because = `${bytes} bytes for ${targets} targets`;
  return [
    price(
      'dynamodbWriteUnit',
      'Front table, observations',
      observations * units,
      `${because}, every ${writeMs} ms`,
    ),
    price(
      'dynamodbWriteUnit',
      'Front table, targets and leases',
      runs * (units + leases),
      `${because}, each run`,
    ),
    price('dynamodbReadUnit', 'Front table, reads', reads, 'the list of targets, observations'),
  ];
}

/** The alarms of the tiers in front and of their function, and the composites that tell people. */
function alarmItems(price: Pricer, resources: readonly CostResource[]): readonly LineItem[] {
  const named = ({ Properties }: CostResource, name: RegExp): boolean =>
    name.test(String(Properties?.['AlarmName']));
  const own = new RegExp(`-(${FAILURES}|function-failing-${FUNCTION}$)`);
  const alarms = resources.filter((one) => one.Type === 'AWS::CloudWatch::Alarm' && named(one, own));
  const composites = resources.filter(
    (one) => one.Type === 'AWS::CloudWatch::CompositeAlarm' && named(one, /-(service|web|edge)-tier(-\d+)?$/),
  ).length;
  if (alarms.length === 0) return [];
  const high = highResolution(alarms);
  const standard = alarms.filter((alarm) => !high.includes(alarm));
  return [
    price(
      'cloudwatchHighResolutionAlarmMonth',
      'Front, alarms of 10 s',
      sumOfMetrics(high),
      `${high.length} alarms`,
    ),
    price(
      'cloudwatchAlarmMonth',
      'Front, alarms of 60 s',
      sumOfMetrics(standard),
      `${standard.length} alarms`,
    ),
    price('cloudwatchCompositeAlarmMonth', 'Front, composite alarms', composites, 'of web and edge'),
    price(
      'cloudwatchMetricMonth',
      'Front, custom metrics',
      watchedMetrics(alarms),
      'whether the edge answers',
    ),
  ];
}

/** The alarm that a health check follows, which stands beside the balancers and not with the others. */
export function isSignal({ Type, Properties }: CostResource): boolean {
  return (
    Type === 'AWS::CloudWatch::Alarm' && String(Properties?.['AlarmName']).endsWith('-edge-health-signal')
  );
}

/** The health check of a PRIMARY record, and the alarm that it follows. */
export function signalItems(price: Pricer, resources: readonly CostResource[]): readonly LineItem[] {
  const checks = resources.filter(({ Type }) => Type === 'AWS::Route53::HealthCheck');
  if (checks.length === 0) return [];
  const signals = resources.filter(isSignal);
  const features = checks.reduce((sum, check) => sum + featuresOf(check), 0);
  const items = [
    price('route53HealthCheckMonth', 'Health checks', checks.length, `${checks.length} of a primary`),
    price(
      'route53HealthCheckFeatureMonth',
      'Their features',
      features,
      'HTTPS and an interval of 10 s, one each',
    ),
    price('cloudwatchAlarmMonth', 'Alarms that they follow', signals.length, 'of standard resolution'),
  ];
  return items.filter(({ quantity }) => quantity > 0);
}

const FAST_INTERVAL_S = 10;

function featuresOf({ Properties }: CostResource): number {
  const config = (Properties?.['HealthCheckConfig'] ?? {}) as Readonly<Record<string, unknown>>;
  const isHttps = String(config['Type']).startsWith('HTTPS');
  return (isHttps ? 1 : 0) + (config['RequestInterval'] === FAST_INTERVAL_S ? 1 : 0);
}
