import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTrigger, placeOf, type Place } from '../../../lambdas/shared/events.ts';
import { forgedEvents, mutated } from '../fakes/forged.ts';
import { alarmEvent, observationEvent, wakeEvent } from '../fakes/process.ts';

const PLACE: Place = {
  account: '123456789012',
  region: 'eu-west-1',
  env: 'demo',
  table: 'demo-state',
  controller: 'replica-pool',
};

const parameterEvent = (name: string, change: object = {}): unknown => ({
  source: 'aws.ssm',
  'detail-type': 'Parameter Store Change',
  account: PLACE.account,
  region: PLACE.region,
  detail: { name, operation: 'Update' },
  ...change,
});

describe('parseTrigger', () => {
  it('knows a changed verdict, a wake, an alarm, a parameter and the schedule', () => {
    expect(parseTrigger(observationEvent('eu-west-1b'), PLACE)).toEqual({
      kind: 'stream',
      zones: ['eu-west-1b'],
      woken: false,
    });
    expect(parseTrigger(wakeEvent('replica-pool'), PLACE)).toMatchObject({ kind: 'stream', woken: true });
    expect(parseTrigger(alarmEvent('understudy-demo-x'), PLACE)).toEqual({
      kind: 'alarm',
      name: 'understudy-demo-x',
    });
    expect(parseTrigger(parameterEvent('/understudy/demo/overrides/database/lag-ms-max'), PLACE)).toEqual({
      kind: 'parameters',
    });
    expect(parseTrigger({}, PLACE)).toEqual({ kind: 'schedule' });
    expect(parseTrigger({ source: 'aws.scheduler' }, PLACE)).toEqual({ kind: 'schedule' });
  });

  const observation = ['Records', '0'];
  it.each([
    [
      'another account',
      mutated(
        observationEvent(),
        [...observation, 'eventSourceARN'],
        'arn:aws:dynamodb:eu-west-1:999999999999:table/demo-state/stream/x',
      ),
    ],
    [
      'another Region',
      mutated(
        observationEvent(),
        [...observation, 'eventSourceARN'],
        'arn:aws:dynamodb:us-east-1:123456789012:table/demo-state/stream/x',
      ),
    ],
    [
      'another table',
      mutated(
        observationEvent(),
        [...observation, 'eventSourceARN'],
        'arn:aws:dynamodb:eu-west-1:123456789012:table/other/stream/x',
      ),
    ],
    [
      'another environment',
      mutated(observationEvent(), [...observation, 'dynamodb', 'NewImage', 'env'], { S: 'prod' }),
    ],
    [
      'a zone that is no zone',
      mutated(observationEvent(), [...observation, 'dynamodb', 'NewImage', 'az'], { S: '../x' }),
    ],
    ['an alarm of another account', { ...alarmEvent(), accountId: '999999999999' }],
    ['an alarm whose name is not in its ARN', mutated(alarmEvent(), ['alarmData', 'alarmName'], 'forged')],
    ['a parameter of another environment', parameterEvent('/understudy/demo2/overrides/x')],
    ['a parameter of another account', parameterEvent('/understudy/demo/x', { account: '1' })],
    ['another service', { source: 'aws.rds', detail: {} }],
    ['no object', 'text'],
    ['null', null],
  ])('SEC-07: refuses %s', (_name, event) => {
    expect(parseTrigger(event, PLACE).kind).toBe('refused');
  });

  it.each([
    [
      'an unchanged observation',
      mutated(observationEvent(), [...observation, 'dynamodb', 'NewImage', 'changed'], { BOOL: false }),
    ],
    ['a wake of another controller', wakeEvent('write-failover')],
    ['an alarm that is OK', mutated(alarmEvent(), ['alarmData', 'state', 'value'], 'OK')],
    ['no records', { Records: [] }],
  ])('has nothing to do for %s', (_name, event) => {
    expect(parseTrigger(event, PLACE).kind).toBe('nothing');
  });

  it('SEC-07: no event makes it throw, and only events of this place are accepted (fuzz)', () => {
    const ours = [
      observationEvent(),
      wakeEvent('replica-pool'),
      alarmEvent(),
      parameterEvent('/understudy/demo/x'),
    ];
    fc.assert(
      fc.property(forgedEvents(ours), (event) => {
        const trigger = parseTrigger(event, PLACE);
        expect(['stream', 'alarm', 'parameters', 'schedule', 'nothing', 'refused']).toContain(trigger.kind);
        if (trigger.kind === 'stream')
          expect(JSON.stringify(event)).toContain(`:${PLACE.account}:table/${PLACE.table}/`);
        if (trigger.kind === 'alarm') expect(JSON.stringify(event)).toContain(PLACE.account);
      }),
      { numRuns: 30_000 },
    );
  });
});

describe('placeOf', () => {
  it('reads account and Region from the ARN that invoked the function', () => {
    expect(placeOf('arn:aws:lambda:eu-west-1:123456789012:function:x:live')).toEqual({
      account: '123456789012',
      region: 'eu-west-1',
    });
  });
  it('fails for another text', () => {
    expect(() => placeOf('x')).toThrow(RangeError);
  });
});
