import fs from 'node:fs';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { MetricDatum, World } from '../../../../proving/sandbox/kernel/index.ts';
import { createLogs, type Logs } from '../../../../proving/sandbox/logs/index.ts';
import { makeWorld } from '../lambda/fixtures.ts';

let world: World;
let logs: Logs;
let metrics: MetricDatum[];
beforeEach(() => {
  world = makeWorld('logs');
  metrics = [];
  logs = createLogs(world, { metrics: { put: (datum) => metrics.push(datum) }, emfDelayMs: () => 5000 });
});
afterEach(async () => {
  vi.useRealTimers();
  await logs.stop?.();
  fs.rmSync(world.stateDir, { recursive: true, force: true });
});

test('lines go to a file and to the tail of their group', async () => {
  logs.write('/aws/lambda/one', 'stream', 'first');
  logs.write('/aws/lambda/one', 'stream', 'second');
  logs.write('/aws/lambda/two', 'stream', 'other');
  expect(logs.tail('/aws/lambda/one', 1)).toEqual(['stream second']);
  expect(logs.groups()).toEqual(['/aws/lambda/one', '/aws/lambda/two']);
  const file = logs.file('/aws/lambda/one');
  await logs.stop?.();
  expect(fs.readFileSync(file, 'utf8')).toBe('stream first\nstream second\n');
});

test('the tail keeps the last lines only', () => {
  for (let n = 0; n < 1500; n += 1) logs.write('group', 's', String(n));
  expect(logs.tail('group', 5000)).toHaveLength(1000);
  expect(logs.tail('group', 1)).toEqual(['s 1499']);
});

test('an EMF line becomes a metric later, at the pace', () => {
  vi.useFakeTimers();
  const _aws = {
    Timestamp: 1,
    CloudWatchMetrics: [{ Namespace: 'N', Dimensions: [[]], Metrics: [{ Name: 'm' }] }],
  };
  logs.write('group', 's', JSON.stringify({ _aws, m: 4 }));
  vi.advanceTimersByTime(499);
  expect(metrics).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(metrics).toMatchObject([{ namespace: 'N', name: 'm', value: 4, at: 1 }]);
});

test('a log group has an ARN, keeps its name, and is there once', async () => {
  const [provider] = logs.providers!;
  const request = {
    type: 'AWS::Logs::LogGroup',
    logicalId: 'Logs',
    stackName: 'Demo',
    stackId: 'id',
    properties: { LogGroupName: '/understudy/demo' },
    tags: [],
    generateName: () => 'generated',
  };
  const enacted = await provider!.create(request);
  expect(enacted).toEqual({
    physicalId: '/understudy/demo',
    attributes: { Arn: 'arn:aws:logs:eu-west-1:123456789012:log-group:/understudy/demo:*' },
  });
  await expect(provider!.create(request)).rejects.toThrow(/already exists/);
  await provider!.delete({ ...request, physicalId: enacted.physicalId });
  await provider!.create(request);
  expect((await provider!.create({ ...request, properties: {} })).physicalId).toBe('generated');
});
