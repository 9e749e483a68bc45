/** Facts about alarms, on the sandbox's CloudWatch with a virtual clock. Numbers: facts.ts. */

import fs from 'node:fs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { World } from '../../proving/sandbox/kernel/index.ts';
import { evaluateAlarm } from '../../proving/twin/cloudwatch/index.ts';
import { alarm, FUNCTION, type Stand, stand, TOPIC } from '../proving/sandbox/cloudwatch/fixtures.ts';
import { makeWorld } from '../proving/sandbox/lambda/fixtures.ts';

let world: World;
let s: Stand;
beforeEach(async () => {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) });
  world = { ...makeWorld('conformance'), pace: 'aws', managed: (ms) => ms };
  s = stand(world);
  await s.cloudwatch.start?.();
});
afterEach(async () => {
  await s.cloudwatch.stop?.();
  vi.useRealTimers();
  fs.rmSync(world.stateDir, { recursive: true, force: true });
});

/** Lets periods of ten seconds pass, with one value in each. */
function periods(...values: (number | null)[]): void {
  for (const value of values) {
    vi.advanceTimersByTime(5_000);
    if (value !== null) s.put('lost', value);
    vi.advanceTimersByTime(5_000);
  }
}

describe('a new alarm', () => {
  test('fact 26: is INSUFFICIENT_DATA, and takes at most five actions of a kind', async () => {
    await s.create('Alarm', alarm('lost'));
    expect(s.state('lost')).toBe('INSUFFICIENT_DATA');
    const actions = (count: number) => Array.from({ length: count }, (_, i) => `${TOPIC}-${i}`);
    await s.create('Alarm', alarm('five', { AlarmActions: actions(5) }));
    await expect(s.create('Alarm', alarm('six', { AlarmActions: actions(6) }))).rejects.toThrow(
      /AlarmActions/,
    );
  });

  test.each([10, 20, 30, 60, 120])('promised: a period of %i s is taken', async (Period) => {
    await expect(s.create('Alarm', alarm('lost', { Period }))).resolves.toBe('lost');
  });

  test.each([5, 15, 45, 90])('promised: a period of %i s is refused', async (Period) => {
    await expect(s.create('Alarm', alarm('lost', { Period }))).rejects.toThrow(/Period/);
  });
});

describe('an alarm that rings', () => {
  test('fact 26: invokes its function once for a transition, however long it lasts', async () => {
    await s.create('Alarm', alarm('lost'));
    periods(0, 0, 0, 1, 1, 1, 1, 1, 1);
    expect(s.state('lost')).toBe('ALARM');
    expect(s.invoked.map(({ arn }) => arn)).toEqual([FUNCTION]);
    periods(0, 0, 0, 1, 1);
    expect(s.invoked).toHaveLength(2);
  });

  test('fact 41: M of N: one late or lost period does not hide it', async () => {
    await s.create('Alarm', alarm('lost'));
    periods(0, 0, 0, 1, null, 1);
    expect(s.state('lost')).toBe('ALARM');
    periods(0, 0, 0, 1, 0, 0);
    expect(s.state('lost')).toBe('OK');
  });
});

describe('silence', () => {
  test.each([
    ['missing', 'INSUFFICIENT_DATA'],
    ['ignore', 'OK'],
    ['breaching', 'ALARM'],
    ['notBreaching', 'OK'],
    [undefined, 'INSUFFICIENT_DATA'],
  ])('fact 27: treated as %s leads from OK to %s', async (TreatMissingData, state) => {
    await s.create('Alarm', alarm('lost', { TreatMissingData }));
    periods(0, 0, 0, 0);
    expect(s.state('lost')).toBe('OK');
    periods(...Array.from({ length: 8 }, () => null));
    expect(s.state('lost')).toBe(state);
  });

  test('fact 18: a lag of -1 for "not replicating" is no lag above the limit: the alarm stays green', () => {
    const rule = {
      comparison: 'GreaterThanThreshold',
      threshold: 1000,
      evaluationPeriods: 3,
      datapointsToAlarm: 2,
      treatMissingData: 'breaching',
    } as const;
    expect(evaluateAlarm(rule, [-1, -1, -1, -1, -1], 'OK')).toBe('OK');
  });

  test('fact 26: an alarm of ten seconds on a metric of the minute loses its data between', async () => {
    await s.create(
      'Alarm',
      alarm('lost', { TreatMissingData: 'missing', EvaluationPeriods: 1, DatapointsToAlarm: 1 }),
    );
    const states = new Set<string | undefined>();
    for (let minute = 0; minute < 3; minute += 1) {
      s.put('lost', 0, { resolutionS: 60 });
      for (let i = 0; i < 6; i += 1) {
        vi.advanceTimersByTime(10_000);
        states.add(s.state('lost'));
      }
    }
    expect(states).toEqual(new Set(['OK', 'INSUFFICIENT_DATA']));
  });
});

describe('SetAlarmState', () => {
  test('fact 27: runs the actions at once, and lasts until the next evaluation', async () => {
    await s.create('Alarm', alarm('lost'));
    periods(0, 0, 0);
    expect(s.state('lost')).toBe('OK');
    await s.call('SetAlarmState', { AlarmName: 'lost', StateValue: 'ALARM', StateReason: 'a drill' });
    expect(s.state('lost')).toBe('ALARM');
    expect(s.invoked).toHaveLength(1);
    periods(0);
    expect(s.state('lost')).toBe('OK');
  });
});

describe('a composite alarm', () => {
  test('fact 28: tells nobody while its suppressor is in ALARM', async () => {
    await s.create('Alarm', alarm('lost', { AlarmActions: [] }));
    await s.create('Alarm', alarm('maintenance', { MetricName: 'maintenance', AlarmActions: [] }));
    await s.create('CompositeAlarm', {
      AlarmName: 'tier',
      AlarmRule: 'ALARM("lost")',
      AlarmActions: [TOPIC],
      ActionsSuppressor: 'maintenance',
      ActionsSuppressorWaitPeriod: 10,
      ActionsSuppressorExtensionPeriod: 20,
    });
    const both = (lost: number, maintenance: number) => {
      s.put('maintenance', maintenance);
      periods(lost);
    };
    for (let i = 0; i < 4; i += 1) both(0, 1);
    expect(s.state('maintenance')).toBe('ALARM');
    for (let i = 0; i < 4; i += 1) both(1, 1);
    expect(s.state('tier')).toBe('ALARM');
    expect(s.published).toEqual([]);
    for (let i = 0; i < 8; i += 1) both(1, 0);
    expect(s.published.map(({ topic }) => topic)).toEqual([TOPIC]);
  });
});
