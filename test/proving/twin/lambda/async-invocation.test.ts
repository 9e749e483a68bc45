import { describe, expect, test } from 'vitest';
import {
  acceptAsync,
  afterAttempt,
  admit,
  type AsyncNext,
  type AttemptOutcome,
  DEFAULT_ASYNC_POLICY,
} from '../../../../proving/twin/lambda/index.ts';

function delays(
  outcome: AttemptOutcome,
  policy = DEFAULT_ASYNC_POLICY,
): { delays: number[]; end: AsyncNext } {
  let event = acceptAsync(0);
  let now = 0;
  const seen: number[] = [];
  for (;;) {
    const next = afterAttempt(policy, event, outcome, now);
    if (next.kind !== 'retry') return { delays: seen, end: next };
    seen.push(next.at - now);
    now = next.at;
    event = next.event;
  }
}

describe('an asynchronous invocation', () => {
  test('that fails is tried again after one and after two minutes, then given up', () => {
    expect(delays('function-error')).toEqual({
      delays: [60_000, 120_000],
      end: { kind: 'give-up', condition: 'RetriesExhausted' },
    });
  });

  test('with no retries is given up at once', () => {
    expect(delays('function-error', { retriesMax: 0, eventAgeMsMax: 60_000 }).delays).toEqual([]);
  });

  test('that is throttled backs off from 1 s to 5 min until the event is too old', () => {
    const { delays: seen, end } = delays('throttled');
    expect(seen.slice(0, 4)).toEqual([1000, 2000, 4000, 8000]);
    expect(Math.max(...seen)).toBe(300_000);
    expect(end).toEqual({ kind: 'give-up', condition: 'EventAgeExceeded' });
  });

  test('is given up when its next attempt would be beyond the event age', () => {
    expect(delays('function-error', { retriesMax: 2, eventAgeMsMax: 60_000 })).toEqual({
      delays: [60_000],
      end: { kind: 'give-up', condition: 'EventAgeExceeded' },
    });
  });

  test('that succeeds is done', () => {
    expect(delays('ok').end).toEqual({ kind: 'done' });
  });
});

describe('concurrency', () => {
  test.each([
    [{ running: 1, reserved: 2, runningUnreserved: 0, reservedTotal: 2 }, true],
    [{ running: 2, reserved: 2, runningUnreserved: 0, reservedTotal: 2 }, false],
    [{ running: 0, reserved: 0, runningUnreserved: 0, reservedTotal: 0 }, false],
    [{ running: 5, reserved: null, runningUnreserved: 9, reservedTotal: 990 }, true],
    [{ running: 5, reserved: null, runningUnreserved: 10, reservedTotal: 990 }, false],
  ])('%j', (state, admitted) => {
    expect(admit(state).admitted).toBe(admitted);
  });
});
