import { describe, expect, it } from 'vitest';
import type { RefusalReason } from '../../../core/shedding/index.ts';
import { refusal } from '../../../core/shedding/index.ts';
import { decide } from '../../../runtime/throttle/decide.ts';
import { refusalAnswer } from '../../../runtime/throttle/http-answer.ts';
import { Throttle } from '../../../runtime/throttle/throttle.ts';
import { VirtualClock } from '../simulated/virtual-clock.ts';

const GOLDEN: readonly (readonly [RefusalReason, number, string])[] = [
  ['caller-limit', 429, '{"error":"caller-limit","message":"You are over your rate limit.","retryAfterS":3}'],
  [
    'shed',
    503,
    '{"error":"shed","message":"The service is overloaded and serves other requests first.","retryAfterS":3}',
  ],
  ['queue-full', 503, '{"error":"queue-full","message":"The service is overloaded.","retryAfterS":3}'],
  [
    'deadline-passed',
    503,
    '{"error":"deadline-passed","message":"The answer would have come too late.","retryAfterS":3}',
  ],
];

describe('SEC-18: a refusal', () => {
  it.each(GOLDEN)('%s tells its reason, when to come again, and nothing else', (reason, status, body) => {
    expect(refusalAnswer(refusal(reason, 2500))).toEqual({
      status,
      headers: { 'content-type': 'application/json', 'retry-after': '3', 'cache-control': 'no-store' },
      body,
    });
  });

  it('is the same for every caller, whoever else there is and however busy it is', async () => {
    const answerTo = async (caller: string, others: number): Promise<unknown> => {
      const limit = { perSecond: 0.1, burst: 0 };
      const throttle = new Throttle({ clock: new VirtualClock(), limitOf: () => limit, shared: limit });
      for (let n = 0; n < others; n += 1) await decide(throttle, { caller: `other-${n}` });
      await decide(throttle, { caller, user: 'someone', criticality: 'critical-plus' });
      return decide(throttle, { caller, user: 'someone', criticality: 'critical-plus' });
    };
    expect(await answerTo('a-secret-name', 15)).toEqual(await answerTo('another', 0));
  });
});
