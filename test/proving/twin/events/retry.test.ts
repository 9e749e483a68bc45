import { describe, expect, it } from 'vitest';
import {
  DEFAULT_RETRY_POLICY,
  type RetryPolicy,
  afterFailure,
} from '../../../../proving/twin/events/index.ts';

const failure = (
  over: Partial<{ code: string; retries: number; now: number; policy: RetryPolicy; jitter: number }> = {},
) =>
  afterFailure({
    code: 'ThrottlingException',
    retries: 0,
    firstAt: 0,
    now: 0,
    policy: DEFAULT_RETRY_POLICY,
    jitter: 1,
    ...over,
  });

describe('a delivery that failed', () => {
  it('is tried again after waits that grow to a bound', () => {
    expect(failure()).toEqual({ kind: 'retry', at: 1_000 });
    expect(failure({ retries: 3 })).toEqual({ kind: 'retry', at: 8_000 });
    expect(failure({ retries: 100 })).toEqual({ kind: 'retry', at: 900_000 });
    expect(failure({ retries: 3, jitter: 0 })).toEqual({ kind: 'retry', at: 4_000 });
  });

  it('is given up when it was tried often enough, or would be too old', () => {
    const policy = { eventAgeSMax: 60, retriesMax: 2 };
    expect(failure({ retries: 2, policy })).toEqual({
      kind: 'dead-letter',
      errorCode: 'ThrottlingException',
    });
    expect(failure({ retries: 1, now: 59_000, policy }).kind).toBe('dead-letter');
    expect(failure({ retries: 1, now: 57_000, policy }).kind).toBe('retry');
  });

  it.each([
    ['AccessDenied', 'NO_PERMISSIONS'],
    ['ResourceNotFoundException', 'NO_RESOURCE'],
    ['AWS.SimpleQueueService.NonExistentQueue', 'NO_RESOURCE'],
  ])('is given up at once after %s', (code, errorCode) => {
    expect(failure({ code })).toEqual({ kind: 'dead-letter', errorCode });
  });
});
