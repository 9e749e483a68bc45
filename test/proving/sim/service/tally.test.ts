import { describe, expect, it } from 'vitest';
import { Tally, type EndedRequest } from '../../../../proving/sim/service/tally.ts';

const START = 1_800_000_000_000;
const ended = (startedAt: number, change: Partial<EndedRequest> = {}): EndedRequest => ({
  caller: 'a',
  startedAt: START + startedAt,
  attempts: 1,
  end: 'answered',
  latencyMs: 50,
  ...change,
});

describe('the tally', () => {
  it('counts a request in the second in which it began, and hands that out once nothing of it is left', () => {
    const tally = new Tally(START, 1500);
    tally.ended(ended(999));
    tally.close(START + 2499);
    expect(tally.seconds).toEqual([]);
    tally.ended(ended(10, { end: 'late', attempts: 3 }));
    tally.ended(ended(1000));
    tally.close(START + 2500);
    expect(tally.seconds).toHaveLength(1);
    expect(tally.seconds[0]!.callers.get('a')).toEqual({
      requests: 2,
      attempts: 4,
      attemptsMax: 3,
      answered: 1,
      refused: 0,
      failed: 1,
      latenciesMs: [50],
    });
  });

  it('tells refusals, failures and answers apart, by caller, and leaves no second out', () => {
    const tally = new Tally(START, 0);
    for (const end of ['caller-limit', 'shed', 'queue-full', 'deadline-passed'] as const)
      tally.ended(ended(1, { end }));
    tally.ended(ended(2, { end: 'failed', caller: 'b' }));
    tally.close(START + 3000);
    expect(tally.seconds.map(({ at, callers }) => [at - START, callers.size])).toEqual([
      [0, 2],
      [1000, 0],
      [2000, 0],
    ]);
    const [first] = tally.seconds;
    expect(first!.callers.get('a')).toMatchObject({ requests: 4, refused: 4, failed: 0, answered: 0 });
    expect(first!.callers.get('b')).toMatchObject({ requests: 1, refused: 0, failed: 1 });
  });
});
