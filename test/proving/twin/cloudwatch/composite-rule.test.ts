import { describe, expect, test } from 'vitest';
import {
  alarmsOf,
  type AlarmState,
  evaluateCompositeRule,
  initialSuppression,
  parseCompositeRule,
  stepSuppression,
} from '../../../../proving/twin/cloudwatch/index.ts';

const STATES: Record<string, AlarmState> = { a: 'ALARM', b: 'OK', 'c d': 'INSUFFICIENT_DATA' };

describe('rules', () => {
  test.each([
    ['ALARM("a")', true],
    ['ALARM(a)', true],
    ['ALARM(b) OR OK(b) AND ALARM(b)', false],
    ['(ALARM(b) OR OK(b)) AND ALARM("a")', true],
    ['NOT ALARM(b) AND NOT OK(a)', true],
    ['NOT (ALARM(a) OR ALARM(b))', false],
    ['INSUFFICIENT_DATA("c d")', true],
    ['alarm("a") and TRUE', true],
    ['ALARM("unknown") OR FALSE', false],
  ])('%s is %s', (text, expected) => {
    expect(evaluateCompositeRule(parseCompositeRule(text), (alarm) => STATES[alarm])).toBe(expected);
  });

  test.each(['', 'ALARM(', 'ALARM()', 'a', 'ALARM("a") ALARM("b")', 'ALARM("a") AND', '(ALARM("a")'])(
    'refuses %j',
    (text) => {
      expect(() => parseCompositeRule(text)).toThrow(/AlarmRule/);
    },
  );

  test('knows the alarms it looks at', () => {
    expect(alarmsOf(parseCompositeRule('ALARM(a) AND NOT (OK(b) OR ALARM(a))'))).toEqual(['a', 'b']);
  });
});

describe('a suppressor', () => {
  const rule = { waitMs: 100, extensionMs: 50 };
  const seen = (state: AlarmState, suppressor: AlarmState, now: number) => ({ state, suppressor, now });

  test('that stays quiet delays the actions by the wait period', () => {
    const changed = stepSuppression(rule, initialSuppression('OK'), seen('ALARM', 'OK', 1000));
    expect(changed).toMatchObject({ act: false, suppressedBy: 'WaitPeriod' });
    const later = stepSuppression(rule, changed.next, seen('ALARM', 'OK', 1100));
    expect(later.act).toBe(true);
    expect(stepSuppression(rule, later.next, seen('ALARM', 'OK', 1200)).act).toBe(false);
  });

  test('in alarm holds the actions, and for the extension period after it', () => {
    const changed = stepSuppression(rule, initialSuppression('OK'), seen('ALARM', 'ALARM', 1000));
    expect(changed).toMatchObject({ act: false, suppressedBy: 'Alarm' });
    const released = stepSuppression(rule, changed.next, seen('ALARM', 'OK', 5000));
    expect(released).toMatchObject({ act: false, suppressedBy: 'ExtensionPeriod' });
    expect(stepSuppression(rule, released.next, seen('ALARM', 'OK', 5050)).act).toBe(true);
  });

  test('swallows an alarm that comes and goes while it holds', () => {
    const changed = stepSuppression(rule, initialSuppression('OK'), seen('ALARM', 'ALARM', 1000));
    const back = stepSuppression(rule, changed.next, seen('OK', 'ALARM', 1100));
    expect(stepSuppression(rule, back.next, seen('OK', 'OK', 9000)).act).toBe(false);
  });
});
