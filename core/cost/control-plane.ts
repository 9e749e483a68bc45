/**
 * What exists only because of self-healing, priced from the templates of the State and Control stacks: the
 * functions, the state table, alarms and metrics, logs, the key of the topic, and the heartbeats' storage I/O. With the
 * Edge stack also the signal that its name follows. Standbys are not in it: a tier's own page has what they cost.
 */

import { cacheItems } from './cache.ts';
import { frontItems, isSignal, signalItems } from './front.ts';
import { lagMetrics, watchedMetrics } from './metrics.ts';
import {
  functionsOf,
  highResolution,
  numberOf,
  parameterOf,
  pricer,
  sumOfMetrics,
  type Pricer,
} from './template.ts';
import { throttleItems } from './throttle.ts';
import type { CostResource, CostTemplate, Estimate, LineItem, PriceFile } from './types.ts';
import { USAGE } from './usage.ts';

export interface ControlPlaneInput {
  /** The synthesized State and Control stacks, and Edge where there is one. */
  readonly templates: readonly CostTemplate[];
  readonly prices: PriceFile;
}

const SECONDS_PER_HOUR = 3600;
const BYTES_PER_GB = 1e9;
const BYTES_PER_WRITE_UNIT = 1024;
const DAYS_PER_MONTH = USAGE.hoursPerMonth / 24;

export function estimateControlPlane({ templates, prices }: ControlPlaneInput): Estimate {
  const resources = templates.flatMap((template) => Object.values(template.Resources));
  const probers = functionsOf(resources, isProber);
  const scheduled = functionsOf(resources, (name) => name === 'reconcile');
  const woken = functionsOf(resources, (name) => name === 'replica-pool' || name === 'write-failover');
  const intervalMs = parameterOf(resources, '/database/probe-interval-ms');
  const sweeps = (USAGE.hoursPerMonth * SECONDS_PER_HOUR * 1000 * probers.length) / intervalMs;
  const runs = runsOf({ probers: probers.length, reconcilers: scheduled.length, woken: woken.length });
  const price = pricer(prices);
  const items = [
    ...functionItems(price, { probers, scheduled, woken }, runs),
    ...tableItems(price, sweeps, runs),
    ...alarmItems(price, resources),
    ...logItems(price, Math.min(sweeps, (sweeps * intervalMs) / USAGE.quietLineMs), runs),
    ...otherItems(price, resources, sweeps),
    ...throttleItems(price, resources, USAGE.throttleInstances),
    ...cacheItems(price, resources),
    ...frontItems(price, resources, USAGE.frontTargets),
    ...signalItems(price, resources),
  ];
  return { items, usd: items.reduce((sum, item) => sum + item.usd, 0) };
}

interface Runs {
  readonly prober: number;
  readonly reconcile: number;
  readonly controller: number;
}

function runsOf(count: { probers: number; reconcilers: number; woken: number }): Runs {
  const minutes = USAGE.hoursPerMonth * 60;
  return {
    prober: count.probers * minutes,
    reconcile: count.reconcilers * minutes,
    controller: count.woken * USAGE.hoursPerMonth * USAGE.controllerRunsPerHour,
  };
}

interface Functions {
  readonly probers: readonly CostResource[];
  readonly scheduled: readonly CostResource[];
  readonly woken: readonly CostResource[];
}

function functionItems(price: Pricer, functions: Functions, runs: Runs): readonly LineItem[] {
  const compute = (
    what: string,
    group: readonly CostResource[],
    count: number,
    seconds: number,
  ): LineItem => {
    const memoryMiB = numberOf(group[0], 'MemorySize');
    const because = `${count} runs of ${seconds} s at ${memoryMiB} MiB`;
    return price('lambdaArmGbSecond', what, (count * seconds * memoryMiB) / 1024, because);
  };
  const requests = runs.prober + runs.reconcile + runs.controller;
  const scheduled = runs.prober + runs.reconcile;
  return [
    compute('Probers, compute', functions.probers, runs.prober, USAGE.proberRunSeconds),
    compute('Reconcile, compute', functions.scheduled, runs.reconcile, USAGE.reconcileRunSeconds),
    compute('Controllers, compute', functions.woken, runs.controller, USAGE.controllerRunSeconds),
    price('lambdaRequest', 'Function requests', requests, 'every run of every function'),
    price('schedulerInvocation', 'Schedules', scheduled, 'one a minute for each prober and for reconcile'),
  ];
}

function tableItems(price: Pricer, sweeps: number, runs: Runs): readonly LineItem[] {
  const unitsPerSweep = Math.ceil(USAGE.observationBytes / BYTES_PER_WRITE_UNIT);
  const writes = sweeps * unitsPerSweep + runs.prober + runs.reconcile + runs.controller * 4;
  const reads =
    runs.prober * USAGE.proberReadsPerMinute + (runs.reconcile + runs.controller) * USAGE.reconcileReads;
  const keptGb =
    (sweeps * USAGE.observationBytes * (USAGE.observationKeptDays / DAYS_PER_MONTH)) / BYTES_PER_GB;
  return [
    price(
      'dynamodbWriteUnit',
      'State table, writes',
      writes,
      'one observation a sweep; leases, ledger, wakes',
    ),
    price('dynamodbReadUnit', 'State table, reads', reads, 'leases, thresholds, pause switches'),
    price('dynamodbStorageGbMonth', 'State table, storage', keptGb, `${USAGE.observationKeptDays} days kept`),
    price('dynamodbPitrGbMonth', 'State table, point-in-time recovery', keptGb, 'the same size'),
  ];
}

function alarmItems(price: Pricer, resources: readonly CostResource[]): readonly LineItem[] {
  const alarms = resources.filter((one) => one.Type === 'AWS::CloudWatch::Alarm' && !isSignal(one));
  const high = highResolution(alarms);
  const standard = alarms.filter((alarm) => !high.includes(alarm));
  const composites = resources.filter((resource) => resource.Type === 'AWS::CloudWatch::CompositeAlarm');
  const watched = watchedMetrics(alarms);
  const lags = lagMetrics(alarms);
  return [
    price(
      'cloudwatchHighResolutionAlarmMonth',
      'Alarms of 10 s',
      sumOfMetrics(high),
      `${high.length} alarms`,
    ),
    price('cloudwatchAlarmMonth', 'Alarms of 60 s', sumOfMetrics(standard), `${standard.length} alarms`),
    price(
      'cloudwatchCompositeAlarmMonth',
      'Composite alarms',
      composites.length,
      'one a tier of several alarms',
    ),
    price(
      'cloudwatchMetricMonth',
      'Custom metrics',
      watched + lags,
      `${watched} with an alarm, the lag of ${lags} readers; the others are there while something is wrong`,
    ),
  ];
}

function logItems(price: Pricer, lines: number, runs: Runs): readonly LineItem[] {
  const allRuns = runs.prober + runs.reconcile + runs.controller;
  const gb = (lines * USAGE.metricLineBytes + allRuns * USAGE.runLogBytes) / BYTES_PER_GB;
  return [
    price(
      'logsIngestedGb',
      'Logs, ingested',
      gb,
      `a line of ${USAGE.metricLineBytes} bytes each ${USAGE.quietLineMs} ms, and the runs'`,
    ),
    price(
      'logsStoredGbMonth',
      'Logs, stored',
      gb * USAGE.logCompression,
      'a month kept, compressed to a fifth',
    ),
  ];
}

function otherItems(price: Pricer, resources: readonly CostResource[], sweeps: number): readonly LineItem[] {
  const keys = resources.filter((resource) => resource.Type === 'AWS::KMS::Key').length;
  return [
    price('kmsKeyMonth', 'Key of the topic', keys, `${keys} customer keys`),
    price('auroraIo', 'Heartbeats on the writer', sweeps * USAGE.heartbeatIos, 'one commit a sweep'),
  ];
}

function isProber(reportName: string): boolean {
  return reportName.startsWith('health-check-');
}
