/** CloudWatch's API through the real client and the real endpoint. */

import fs from 'node:fs';
import {
  CloudWatchClient,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  paginateDescribeAlarms,
  PutMetricDataCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { World } from '../../../../proving/sandbox/kernel/index.ts';
import { createEndpoint, type Endpoint } from '../../../../proving/sandbox/wire/index.ts';
import { makeWorld } from '../lambda/fixtures.ts';
import { OPERATOR_KEY, testIdentity } from '../wire/world.ts';
import { alarm, type Stand, stand } from './fixtures.ts';

let world: World;
let s: Stand;
let endpoint: Endpoint;
let client: CloudWatchClient;
beforeEach(async () => {
  world = makeWorld('cloudwatch-api');
  s = stand(world);
  endpoint = createEndpoint(world, { identity: testIdentity() });
  for (const service of s.cloudwatch.services ?? []) endpoint.add(service);
  await endpoint.listen(0);
  client = new CloudWatchClient({
    region: 'eu-west-1',
    endpoint: endpoint.addressUrl,
    credentials: OPERATOR_KEY,
    maxAttempts: 1,
  });
});
afterEach(async () => {
  client.destroy();
  await endpoint.stop();
  await s.cloudwatch.stop?.();
  fs.rmSync(world.stateDir, { recursive: true, force: true });
});

const AT = new Date(Math.floor(Date.now() / 60_000) * 60_000 - 300_000);
const END = new Date(AT.getTime() + 120_000);

describe('DescribeAlarms', () => {
  test('gives pages by prefix and state, and composites only when asked', async () => {
    for (const name of ['demo-a', 'demo-b', 'demo-c', 'prod-a']) await s.create('Alarm', alarm(name));
    await s.create('CompositeAlarm', { AlarmName: 'demo-tier', AlarmRule: 'ALARM("demo-a")' });
    const names: (string | undefined)[] = [];
    const pages = paginateDescribeAlarms({ client, pageSize: 2 }, { AlarmNamePrefix: 'demo-' });
    for await (const page of pages) names.push(...(page.MetricAlarms ?? []).map((each) => each.AlarmName));
    expect(names).toEqual(['demo-a', 'demo-b', 'demo-c']);
    const both = await client.send(
      new DescribeAlarmsCommand({
        AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
        StateValue: 'INSUFFICIENT_DATA',
      }),
    );
    expect(both.MetricAlarms).toHaveLength(4);
    expect(both.CompositeAlarms).toMatchObject([{ AlarmName: 'demo-tier', AlarmRule: 'ALARM("demo-a")' }]);
    expect(both.MetricAlarms![0]).toMatchObject({
      AlarmArn: 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:demo-a',
      MetricName: 'lost',
      Statistic: 'Maximum',
      Period: 10,
      DatapointsToAlarm: 2,
      TreatMissingData: 'notBreaching',
      StateReason: 'Unchecked: Initial alarm creation',
    });
    expect(both.MetricAlarms![0]!.StateUpdatedTimestamp).toBeInstanceOf(Date);
  });

  test('refuses names together with a prefix, and a token it did not give', async () => {
    await expect(
      client.send(new DescribeAlarmsCommand({ AlarmNames: ['a'], AlarmNamePrefix: 'a' })),
    ).rejects.toThrow(/cannot be given together/);
    await expect(client.send(new DescribeAlarmsCommand({ NextToken: 'made-up' }))).rejects.toMatchObject({
      name: 'InvalidNextToken',
    });
  });
});

test('SetAlarmState runs the actions at once, and the history tells', async () => {
  await s.create('Alarm', alarm('demo-a'));
  const set = { AlarmName: 'demo-a', StateValue: 'ALARM' as const, StateReason: 'a drill' };
  await client.send(new SetAlarmStateCommand(set));
  expect(s.invoked).toHaveLength(1);
  expect(s.invoked[0]!.payload.alarmData.state).toMatchObject({ value: 'ALARM', reason: 'a drill' });
  const { AlarmHistoryItems } = await client.send(new DescribeAlarmHistoryCommand({ AlarmName: 'demo-a' }));
  expect(AlarmHistoryItems!.map((item) => item.HistoryItemType)).toEqual([
    'Action',
    'StateUpdate',
    'ConfigurationUpdate',
  ]);
  await expect(client.send(new SetAlarmStateCommand({ ...set, AlarmName: 'nobody' }))).rejects.toMatchObject({
    name: 'ResourceNotFound',
  });
});

describe('metrics', () => {
  const put = (datum: object): Promise<unknown> =>
    client.send(
      new PutMetricDataCommand({
        Namespace: 'Shop',
        MetricData: [
          { MetricName: 'orders', Timestamp: AT, Dimensions: [{ Name: 'Env', Value: 'demo' }], ...datum },
        ],
      }),
    );

  test('put in any form are read back as statistics', async () => {
    await put({ Value: 1 });
    await put({ Values: [2, 4], Counts: [2, 1] });
    await put({ StatisticValues: { SampleCount: 4, Sum: 20, Minimum: 3, Maximum: 8 } });
    const { Datapoints } = await client.send(
      new GetMetricStatisticsCommand({
        Namespace: 'Shop',
        MetricName: 'orders',
        Dimensions: [{ Name: 'Env', Value: 'demo' }],
        StartTime: AT,
        EndTime: END,
        Period: 60,
        Statistics: ['Sum', 'SampleCount', 'Minimum', 'Maximum', 'Average'],
      }),
    );
    expect(Datapoints).toMatchObject([
      { Timestamp: AT, Sum: 29, SampleCount: 8, Minimum: 1, Maximum: 8, Average: 29 / 8 },
    ]);
  });

  test('are queried with metric math', async () => {
    await put({ Value: 3 });
    const { MetricDataResults } = await client.send(
      new GetMetricDataCommand({
        StartTime: AT,
        EndTime: END,
        MetricDataQueries: [
          {
            Id: 'orders',
            ReturnData: false,
            MetricStat: {
              Metric: {
                Namespace: 'Shop',
                MetricName: 'orders',
                Dimensions: [{ Name: 'Env', Value: 'demo' }],
              },
              Period: 60,
              Stat: 'Sum',
            },
          },
          { Id: 'twice', Expression: 'FILL(orders, 0) * 2' },
        ],
      }),
    );
    expect(MetricDataResults).toMatchObject([{ Id: 'twice', Values: [0, 6], StatusCode: 'Complete' }]);
  });

  test('are listed by namespace and dimension', async () => {
    await put({ Value: 3 });
    const listed = await client.send(
      new ListMetricsCommand({ Namespace: 'Shop', Dimensions: [{ Name: 'Env' }] }),
    );
    expect(listed.Metrics).toEqual([
      { Namespace: 'Shop', MetricName: 'orders', Dimensions: [{ Name: 'Env', Value: 'demo' }] },
    ]);
    const none = await client.send(new ListMetricsCommand({ Dimensions: [{ Name: 'Env', Value: 'prod' }] }));
    expect(none.Metrics ?? []).toEqual([]);
  });

  test('of AWS itself cannot be put', async () => {
    const command = new PutMetricDataCommand({
      Namespace: 'AWS/RDS',
      MetricData: [{ MetricName: 'x', Value: 1 }],
    });
    await expect(client.send(command)).rejects.toThrow(/Namespace = "AWS\/RDS"/);
  });
});
