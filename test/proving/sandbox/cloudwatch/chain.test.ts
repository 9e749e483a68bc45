/** The whole slow trigger: a function logs EMF, it becomes a metric, an alarm rings, a function is invoked. */

import fs from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { type CloudWatch, createCloudWatch } from '../../../../proving/sandbox/cloudwatch/index.ts';
import type { World } from '../../../../proving/sandbox/kernel/index.ts';
import { createLogs, type Logs } from '../../../../proving/sandbox/logs/index.ts';
import { bench, type Bench, eventually, makeWorld, OPERATOR } from '../lambda/fixtures.ts';
import { alarm } from './fixtures.ts';

let world: World;
let stand: Bench;
let cloudwatch: CloudWatch;
let logs: Logs;
afterEach(async () => {
  await cloudwatch.stop?.();
  await stand.lambda.stop?.();
  await stand.logs.stop?.();
  await logs.stop?.();
  fs.rmSync(world.stateDir, { recursive: true, force: true });
});

const PROBER = `export const handler = async () => {
  console.log(JSON.stringify({
    _aws: { Timestamp: Date.now(), CloudWatchMetrics: [{ Namespace: 'Understudy', Dimensions: [['Environment']],
      Metrics: [{ Name: 'lost', Unit: 'Count', StorageResolution: 1 }] }] },
    Environment: 'demo', lost: 1,
  }));
};`;

async function chain(permitted: boolean) {
  world = makeWorld('chain');
  cloudwatch = createCloudWatch(world, {
    invoker: {
      invoke: (...call) => stand.lambda.invoke(...call),
      invokeAsync: (...call) => stand.lambda.invokeAsync(...call),
    },
  });
  logs = createLogs(world, { metrics: cloudwatch, emfDelayMs: () => 2000 });
  stand = await bench({ world, logs, metrics: cloudwatch });
  await cloudwatch.start?.();
  const seen = `${world.stateDir}/seen.json`;
  const prober = await stand.deploy(PROBER);
  const controller = await stand.deploy(
    `import fs from 'node:fs'; export const handler = async (event) => fs.writeFileSync(${JSON.stringify(seen)}, JSON.stringify(event));`,
  );
  if (permitted) {
    await stand.create('AWS::Lambda::Permission', {
      Action: 'lambda:InvokeFunction',
      FunctionName: controller,
      Principal: 'lambda.alarms.cloudwatch.amazonaws.com',
      SourceAccount: world.accountId,
      SourceArn: `arn:aws:cloudwatch:${world.region}:${world.accountId}:alarm:demo-*`,
    });
  }
  const provider = cloudwatch.providers!.find((each) => each.type === 'AWS::CloudWatch::Alarm')!;
  const properties = alarm('demo-lost', { AlarmActions: [controller] });
  await provider.create(stand.request('AWS::CloudWatch::Alarm', properties));
  for (let sweep = 0; sweep < 6; sweep += 1) {
    await stand.lambda.invoke(prober, {}, OPERATOR);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return seen;
}

test('a bad metric wakes the controller', async () => {
  const seen = await chain(true);
  await eventually(() => fs.existsSync(seen));
  expect(JSON.parse(fs.readFileSync(seen, 'utf8'))).toMatchObject({
    source: 'aws.cloudwatch',
    alarmData: { alarmName: 'demo-lost', state: { value: 'ALARM' } },
  });
});

test('SEC-05: without the permission the alarm rings and the controller is not invoked', async () => {
  const seen = await chain(false);
  await eventually(() => cloudwatch.alarmStates()['demo-lost'] === 'ALARM');
  const history = (cloudwatch.services![0]!.operations.DescribeAlarmHistory as any).handle({
    HistoryItemType: 'Action',
  });
  expect(history.AlarmHistoryItems[0].HistorySummary).toMatch(/^Failed to execute action/);
  expect(history.AlarmHistoryItems[0].HistoryData).toContain(
    'is not authorized to perform: lambda:InvokeFunction',
  );
  expect(fs.existsSync(seen)).toBe(false);
});
