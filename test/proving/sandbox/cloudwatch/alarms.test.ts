import fs from 'node:fs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { World } from '../../../../proving/sandbox/kernel/index.ts';
import { makeWorld } from '../lambda/fixtures.ts';
import { alarm, FUNCTION, type Stand, stand, TOPIC } from './fixtures.ts';

const START = Date.UTC(2026, 0, 1);
let world: World;
let s: Stand;
beforeEach(async () => {
  vi.useFakeTimers({ now: START });
  world = makeWorld('cloudwatch');
  s = stand(world);
  await s.cloudwatch.start?.();
});
afterEach(async () => {
  await s.cloudwatch.stop?.();
  vi.useRealTimers();
  fs.rmSync(world.stateDir, { recursive: true, force: true });
});

/** At the fast pace a period of ten seconds lasts one. */
function seconds(count: number, each: () => void = () => undefined): void {
  for (let n = 0; n < count; n += 1) {
    vi.advanceTimersByTime(500);
    each();
    vi.advanceTimersByTime(500);
  }
}

describe('a metric alarm', () => {
  test('is new, then OK, then in ALARM at two of three bad periods, then OK again', async () => {
    await s.create('Alarm', alarm('lost', { OKActions: [TOPIC] }));
    expect(s.state('lost')).toBe('INSUFFICIENT_DATA');
    seconds(4, () => s.put('lost', 0));
    expect(s.state('lost')).toBe('OK');
    seconds(1, () => s.put('lost', 1));
    expect(s.state('lost')).toBe('OK');
    seconds(1, () => s.put('lost', 1));
    expect(s.state('lost')).toBe('ALARM');
    seconds(3, () => s.put('lost', 0));
    expect(s.state('lost')).toBe('OK');
  });

  test('calls its function once for a transition, with the payload of AWS, as the alarm', async () => {
    await s.create('Alarm', alarm('lost', { AlarmDescription: 'Acks were lost' }));
    seconds(4, () => s.put('lost', 0));
    seconds(10, () => s.put('lost', 2));
    expect(s.invoked).toHaveLength(1);
    const [{ arn, payload, source }] = s.invoked as [(typeof s.invoked)[number]];
    const alarmArn = 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:lost';
    expect(arn).toBe(FUNCTION);
    expect(source).toEqual({ service: 'lambda.alarms.cloudwatch.amazonaws.com', sourceArn: alarmArn });
    expect(payload).toMatchObject({
      source: 'aws.cloudwatch',
      alarmArn,
      accountId: '123456789012',
      region: 'eu-west-1',
      alarmData: {
        alarmName: 'lost',
        state: { value: 'ALARM' },
        previousState: { value: 'OK' },
        configuration: {
          description: 'Acks were lost',
          metrics: [
            {
              id: 'm1',
              metricStat: {
                metric: { namespace: 'Understudy', name: 'lost', dimensions: { Environment: 'demo' } },
                period: 10,
                stat: 'Maximum',
              },
              returnData: true,
            },
          ],
        },
      },
    });
    expect(payload.time).toMatch(/^2026-01-01T00:00:\d\d\.000\+0000$/);
    expect(payload.alarmData.state.reason).toMatch(
      /^Threshold Crossed: 2 out of the last 3 datapoints \[2 \(.*\), 2 \(.*\)\] was greater than or equal to the threshold \(1\)/,
    );
    expect(JSON.parse(payload.alarmData.state.reasonData)).toMatchObject({ threshold: 1, period: 10 });
  });

  test('tells its topic in the words of AWS', async () => {
    await s.create('Alarm', alarm('lost', { AlarmActions: [TOPIC] }));
    seconds(3, () => s.put('lost', 5));
    expect(s.published).toMatchObject([
      {
        topic: TOPIC,
        subject: 'ALARM: "lost" in eu-west-1',
        body: { NewStateValue: 'ALARM', OldStateValue: 'OK', Trigger: { MetricName: 'lost' } },
      },
    ]);
  });

  test('with actions switched off changes its state and nothing else', async () => {
    await s.create('Alarm', alarm('lost', { ActionsEnabled: false }));
    seconds(3, () => s.put('lost', 5));
    expect(s.state('lost')).toBe('ALARM');
    expect(s.invoked).toEqual([]);
  });

  test('I-30: silence raises only the alarm that says so', async () => {
    await s.create('Alarm', alarm('quiet', { TreatMissingData: 'breaching', AlarmActions: [TOPIC] }));
    await s.create('Alarm', alarm('calm'));
    await s.create('Alarm', alarm('unsure', { TreatMissingData: 'missing' }));
    seconds(4, () => s.put('lost', 0));
    seconds(10);
    expect(['quiet', 'calm', 'unsure'].map(s.state)).toEqual(['ALARM', 'OK', 'INSUFFICIENT_DATA']);
  });

  test('with a period of a minute is looked at every minute: six seconds here', async () => {
    await s.create('Alarm', alarm('slow', { Period: 60, EvaluationPeriods: 1, DatapointsToAlarm: 1 }));
    seconds(5, () => s.put('lost', 5));
    expect(s.state('slow')).toBe('INSUFFICIENT_DATA');
    seconds(1, () => s.put('lost', 5));
    expect(s.state('slow')).toBe('ALARM');
  });

  test('of ten seconds on a metric that is kept by the minute loses its data between', async () => {
    await s.create(
      'Alarm',
      alarm('flaps', { TreatMissingData: 'missing', EvaluationPeriods: 1, DatapointsToAlarm: 1 }),
    );
    const states = new Set<string | undefined>();
    seconds(14, () => {
      s.put('lost', 0, { resolutionS: 60 });
      states.add(s.state('flaps'));
    });
    expect(states).toContain('INSUFFICIENT_DATA');
    expect(states).toContain('OK');
  });

  test('evaluates metric math', async () => {
    const metric = (id: string, name: string) => ({
      Id: id,
      ReturnData: false,
      MetricStat: {
        Metric: {
          Namespace: 'Understudy',
          MetricName: name,
          Dimensions: [{ Name: 'Environment', Value: 'demo' }],
        },
        Period: 10,
        Stat: 'Sum',
      },
    });
    const Metrics = [
      { Id: 'all', Expression: 'half * 2', ReturnData: true },
      { Id: 'half', Expression: 'FILL(errors, 0) + throttles', ReturnData: false },
      metric('errors', 'errors'),
      metric('throttles', 'throttles'),
    ];
    await s.create('Alarm', {
      AlarmName: 'math',
      Metrics,
      Threshold: 4,
      EvaluationPeriods: 3,
      DatapointsToAlarm: 2,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    });
    seconds(4, () => s.put('throttles', 1));
    expect(s.state('math')).toBe('OK');
    seconds(3, () => s.put('throttles', 2));
    expect(s.state('math')).toBe('ALARM');
  });

  test('whose target refuses keeps its state and writes the failure down', async () => {
    s.refuse = new Error('no leave');
    await s.create('Alarm', alarm('lost'));
    seconds(3, () => s.put('lost', 5));
    expect(s.state('lost')).toBe('ALARM');
    const { AlarmHistoryItems } = s.call('DescribeAlarmHistory', {
      AlarmName: 'lost',
      HistoryItemType: 'Action',
    });
    expect(AlarmHistoryItems).toMatchObject([
      { HistorySummary: `Failed to execute action ${FUNCTION}`, HistoryData: '{"error":"no leave"}' },
    ]);
  });

  test('switched off is not evaluated and does not act; on again it does', async () => {
    await s.create('Alarm', alarm('lost'));
    s.cloudwatch.setAlarms(false);
    seconds(4, () => s.put('lost', 5));
    expect(s.state('lost')).toBe('INSUFFICIENT_DATA');
    s.cloudwatch.setAlarms(true);
    seconds(1, () => s.put('lost', 5));
    expect(s.invoked).toHaveLength(1);
  });
});

describe('a template', () => {
  test.each([
    [{ Period: 15 }, /Period = 15: 10, 20, 30 or a multiple of 60/],
    [{ DatapointsToAlarm: 4 }, /DatapointsToAlarm = 4: a whole number from 1 to 3/],
    [{ ComparisonOperator: 'Near' }, /ComparisonOperator = "Near"/],
    [{ TreatMissingData: 'maybe' }, /TreatMissingData = "maybe"/],
    [{ Statistic: 'Median' }, /Statistic = "Median"/],
    [{ Threshold: 'high' }, /Threshold = "high"/],
    [{ AlarmActions: ['arn:aws:automate:eu-west-1:ec2:stop'] }, /AlarmActions = /],
    [{ Period: 3600, EvaluationPeriods: 25 }, /EvaluationPeriods = 25/],
    [{ Metrics: [{ Id: 'e', Expression: 'SEARCH(m1)' }] }, /SEARCH is not supported/],
    [{ Metrics: [{ Id: 'e', Expression: 'm1 + 1' }] }, /Expression = "m1 \+ 1": it uses an id/],
  ])('with %j is refused', async (properties, message) => {
    await expect(s.create('Alarm', alarm('bad', properties))).rejects.toThrow(message);
    expect(s.state('bad')).toBeUndefined();
  });

  test('that changes an alarm leaves its state; one that removes it removes it', async () => {
    await s.create('Alarm', alarm('lost'));
    seconds(3, () => s.put('lost', 5));
    const request = {
      ...s.request(alarm('lost', { Threshold: 9 })),
      physicalId: 'lost',
      previous: alarm('lost'),
    };
    await s.provider('Alarm').update(request);
    expect(s.state('lost')).toBe('ALARM');
    seconds(1, () => s.put('lost', 5));
    expect(s.state('lost')).toBe('OK');
    await s.provider('Alarm').delete(request);
    expect(s.state('lost')).toBeUndefined();
  });
});

describe('a composite alarm', () => {
  beforeEach(async () => {
    await s.create('Alarm', alarm('a', { AlarmActions: [] }));
    await s.create('Alarm', alarm('b', { AlarmActions: [], MetricName: 'other' }));
  });

  test('follows its rule and tells once', async () => {
    await s.create('CompositeAlarm', {
      AlarmName: 'tier',
      AlarmRule: 'ALARM("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:a") OR ALARM("b")',
      AlarmActions: [TOPIC],
    });
    seconds(4, () => s.put('lost', 0));
    expect(s.state('tier')).toBe('OK');
    seconds(3, () => s.put('lost', 3));
    seconds(3, () => {
      s.put('lost', 3);
      s.put('other', 3);
    });
    expect(s.state('tier')).toBe('ALARM');
    expect(s.published).toHaveLength(1);
    expect(s.published[0]).toMatchObject({
      subject: 'ALARM: "tier" in eu-west-1',
      body: { OldStateValue: 'OK' },
    });
  });

  test('is quiet while its suppressor is in alarm, and speaks after the extension period', async () => {
    await s.create('CompositeAlarm', {
      AlarmName: 'tier',
      AlarmRule: 'ALARM(a)',
      ActionsSuppressor: 'b',
      ActionsSuppressorWaitPeriod: 20,
      ActionsSuppressorExtensionPeriod: 30,
      AlarmActions: [TOPIC],
    });
    seconds(4, () => s.put('other', 1));
    seconds(4, () => {
      s.put('other', 1);
      s.put('lost', 1);
    });
    expect(s.state('tier')).toBe('ALARM');
    expect(s.published).toEqual([]);
    const [view] = s.call('DescribeAlarms', { AlarmTypes: ['CompositeAlarm'] }).CompositeAlarms;
    expect(view).toMatchObject({ AlarmName: 'tier', ActionsSuppressedBy: 'Alarm' });
    seconds(8, () => s.put('lost', 1));
    expect(s.published).toHaveLength(1);
  });

  test('with a rule that cannot be read is refused', async () => {
    await expect(s.create('CompositeAlarm', { AlarmName: 'x', AlarmRule: 'ALARM(' })).rejects.toThrow(
      /AlarmRule = /,
    );
  });
});
