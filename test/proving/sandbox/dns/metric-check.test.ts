/** A health check on an alarm's metric, with the sandbox's own CloudWatch. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CloudWatch, createCloudWatch } from '../../../../proving/sandbox/cloudwatch/index.ts';
import { createDns, type Dns } from '../../../../proving/sandbox/dns/index.ts';
import { call, change, create, providerOf, recordedFunctions, resource } from '../events/doubles.ts';
import { testWorld } from '../wire/world.ts';

const ALARM = 'edge-unhealthy';
const TYPE = 'AWS::Route53::HealthCheck';
const METRIC = { namespace: 'Understudy', name: 'edge-healthy', dimensions: {} } as const;
const PROPERTIES = {
  AlarmName: ALARM,
  Namespace: METRIC.namespace,
  MetricName: METRIC.name,
  Statistic: 'Minimum',
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 1,
  ComparisonOperator: 'LessThanThreshold',
};
/** Minutes are a second long, and Route 53 looks every 20 ms. */
const world = testWorld({ managed: (ms) => (ms >= 60_000 ? ms / 60 : ms / 500) });

let cloudWatch: CloudWatch;
let dns: Dns;
let values: NodeJS.Timeout | undefined;

const report = (value: number) => {
  clearInterval(values);
  const put = () => cloudWatch.put({ ...METRIC, value, unit: 'None', at: world.now(), resolutionS: 60 });
  put();
  values = setInterval(put, 100);
};
const makeCheck = (more: object = {}) =>
  create(dns, TYPE, {
    HealthCheckConfig: {
      Type: 'CLOUDWATCH_METRIC',
      AlarmIdentifier: { Name: ALARM, Region: 'us-east-1' },
      InsufficientDataHealthStatus: 'LastKnownStatus',
      ...more,
    },
  });
const makeAlarm = (more: object = {}) =>
  create(cloudWatch, 'AWS::CloudWatch::Alarm', { ...PROPERTIES, ...more });
const eventually = (id: string, healthy: boolean) =>
  expect.poll(() => dns.healthChecks.isHealthy(id), { timeout: 5_000 }).toBe(healthy);

beforeEach(() => {
  cloudWatch = createCloudWatch(world, { invoker: recordedFunctions() });
  dns = createDns(world, { alarmData: (name) => cloudWatch.alarmData(name) });
});
afterEach(async () => {
  clearInterval(values);
  await dns.stop?.();
});

describe('a metric check', () => {
  it('follows the data of the metric, down and up', async () => {
    await makeAlarm();
    const { physicalId } = await makeCheck();
    report(0);
    await eventually(physicalId, false);
    report(1);
    await eventually(physicalId, true);
  });

  it('holds what the last data said until there is more, though its alarm forgets', async () => {
    await makeAlarm({ TreatMissingData: 'notBreaching' });
    const { physicalId } = await makeCheck();
    report(0);
    await eventually(physicalId, false);
    clearInterval(values);
    await expect
      .poll(() => cloudWatch.alarmData(ALARM)!.points(), { timeout: 6_000 })
      .toEqual([undefined, undefined, undefined]);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(dns.healthChecks.isHealthy(physicalId)).toBe(false);
  });

  it('does not follow SetAlarmState', async () => {
    await makeAlarm();
    const { physicalId } = await makeCheck();
    report(1);
    await call(cloudWatch, 'SetAlarmState', {
      AlarmName: ALARM,
      StateValue: 'ALARM',
      StateReason: 'a drill',
    });
    expect(cloudWatch.alarmStates()[ALARM]).toBe('ALARM');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(dns.healthChecks.isHealthy(physicalId)).toBe(true);
  });

  it.each([
    ['Unhealthy', false],
    ['Healthy', true],
    ['LastKnownStatus', true],
  ])('without any data is as %s says', async (InsufficientDataHealthStatus, healthy) => {
    await makeAlarm();
    const { physicalId } = await makeCheck({ InsufficientDataHealthStatus });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(dns.healthChecks.isHealthy(physicalId)).toBe(healthy);
  });

  it('keeps what the alarm was until it is updated itself', async () => {
    const alarms = providerOf(cloudWatch, 'AWS::CloudWatch::Alarm');
    const before = resource('AWS::CloudWatch::Alarm', PROPERTIES);
    await alarms.create(before);
    const { physicalId } = await makeCheck();
    await alarms.update(change(before, ALARM, { ...PROPERTIES, Threshold: 5 }));
    const shown = async () =>
      (await call(dns, 'GetHealthCheck', { HealthCheckId: physicalId })).HealthCheck
        .CloudWatchAlarmConfiguration;
    expect(await shown()).toMatchObject({
      Threshold: 1,
      Period: 60,
      MetricName: 'edge-healthy',
      Statistic: 'Minimum',
    });
    await call(dns, 'UpdateHealthCheck', { HealthCheckId: physicalId, Inverted: false });
    expect(await shown()).toMatchObject({ Threshold: 5 });
  });

  it.each([
    [{ Period: 10 }, 'no high-resolution metrics'],
    [{ EvaluationPeriods: 3, DatapointsToAlarm: 2 }, 'no M-out-of-N alarms'],
    [{ Statistic: undefined, ExtendedStatistic: 'p99' }, 'its statistic is p99'],
  ])('on an alarm with %j is refused', async (more, why) => {
    await makeAlarm(more);
    await expect(makeCheck()).rejects.toThrow(why);
  });

  it('is refused without its alarm, and in another Region', async () => {
    await expect(makeCheck()).rejects.toThrow('names a metric alarm that is there');
    await makeAlarm();
    const elsewhere = { AlarmIdentifier: { Name: ALARM, Region: 'eu-west-1' } };
    await expect(makeCheck(elsewhere)).rejects.toThrow('AlarmIdentifier.Region');
  });
});
