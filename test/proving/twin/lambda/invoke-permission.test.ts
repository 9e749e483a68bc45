import { describe, expect, test } from 'vitest';
import { arnLike, mayInvoke } from '../../../../proving/twin/lambda/index.ts';

const ALARM = 'arn:aws:cloudwatch:eu-west-1:111122223333:alarm:demo-writer';
const SERVICE = 'lambda.alarms.cloudwatch.amazonaws.com';
const caller = { service: SERVICE, sourceArn: ALARM, sourceAccount: '111122223333' };
const granted = {
  action: 'lambda:InvokeFunction',
  principal: SERVICE,
  sourceArn: 'arn:aws:cloudwatch:eu-west-1:111122223333:alarm:demo-*',
  sourceAccount: '111122223333',
};

test('nothing is allowed without a permission', () => {
  expect(mayInvoke([], caller)).toBe(false);
});

describe('SEC-05: a permission is for its principal, account and source', () => {
  test.each([
    [granted, true],
    [{ ...granted, sourceArn: null }, true],
    [{ ...granted, sourceAccount: null }, true],
    [{ ...granted, principal: 'events.amazonaws.com' }, false],
    [{ ...granted, sourceAccount: '999999999999' }, false],
    [{ ...granted, sourceArn: 'arn:aws:cloudwatch:eu-west-1:111122223333:alarm:prod-*' }, false],
    [{ ...granted, action: 'lambda:GetFunction' }, false],
  ])('%j', (permission, allowed) => {
    expect(mayInvoke([permission], caller)).toBe(allowed);
  });

  test('a source that is required must be there', () => {
    expect(mayInvoke([granted], { ...caller, sourceArn: null })).toBe(false);
  });
});

test('ArnLike wildcards stay within their segment', () => {
  expect(arnLike('arn:aws:cloudwatch:*:111122223333:alarm:demo-?riter', ALARM)).toBe(true);
  expect(arnLike('arn:aws:*', ALARM)).toBe(false);
  expect(arnLike('arn:aws:cloudwatch:eu-west-1:*:alarm:demo.writer', ALARM)).toBe(false);
});
