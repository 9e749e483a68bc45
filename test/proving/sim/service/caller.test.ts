import { describe, expect, it } from 'vitest';
import { randomOf, SimClock, START_MS } from '../../../../proving/sim/kernel/index.ts';
import { Caller, DEADLINE_MS, type RetryHabit } from '../../../../proving/sim/service/caller.ts';
import type { Answer } from '../../../../proving/sim/service/instance.ts';
import { emptySecond, Tally, type CallerSecond } from '../../../../proving/sim/service/tally.ts';

const SECONDS = 60;

interface Met {
  readonly sum: CallerSecond;
  /** By place: how often it was asked. */
  readonly asked: readonly number[];
  readonly storms: number;
}

/** One caller of 10 a second and three instances that answer as the test says; null for no answer. */
async function met(
  answer: (place: number, count: number) => Answer | null,
  {
    habit = 'budget',
    reachable = () => true,
  }: { habit?: RetryHabit; reachable?: (place: number) => boolean } = {},
): Promise<Met> {
  const clock = new SimClock();
  const tally = new Tally(clock.now(), DEADLINE_MS);
  const asked = [0, 0, 0];
  let storms = 0;
  const instances = asked.map((_, place) => ({
    isReachable: reachable(place),
    ask: (_asked: unknown, tell: (answer: Answer) => void) => {
      asked[place]! += 1;
      const given = answer(place, asked[place]!);
      if (given !== null) clock.after(5, () => tell(given));
    },
  }));
  void new Caller({
    site: { name: 'steady-1', kind: 'steady', perSecond: 10, criticality: 'critical' },
    clock,
    random: randomOf(1),
    front: { instances },
    tally,
    rate: () => 10,
    habit: () => habit,
    onStorm: () => (storms += 1),
  });
  await clock.runUntil(START_MS + SECONDS * 1000 + DEADLINE_MS);
  tally.close(clock.now());
  const sum = emptySecond();
  for (const { callers } of tally.seconds.slice(0, SECONDS)) {
    const each = callers.get('steady-1') ?? emptySecond();
    for (const name of ['requests', 'attempts', 'answered', 'refused', 'failed'] as const)
      sum[name] += each[name];
    sum.attemptsMax = Math.max(sum.attemptsMax, each.attemptsMax);
    sum.latenciesMs.push(...each.latenciesMs);
  }
  return { sum, asked, storms };
}

const answered = { kind: 'answered' } as const;
const failed = { kind: 'failed' } as const;
const refused = { kind: 'refused', reason: 'caller-limit', retryAfterMs: 1000 * 60 } as const;

describe('a caller', () => {
  it('asks one instance after the other, at its rate', async () => {
    const { sum, asked } = await met(() => answered);
    expect(sum.requests).toBeGreaterThan(590);
    expect(sum.requests).toBeLessThan(610);
    expect(sum.answered).toBe(sum.requests);
    expect(Math.max(...asked) - Math.min(...asked)).toBeLessThanOrEqual(1);
    expect(new Set(sum.latenciesMs)).toEqual(new Set([7]));
  });

  it('goes round an instance that takes no connection, while there is another', async () => {
    const { sum, asked } = await met(() => answered, { reachable: (place) => place !== 1 });
    expect(asked[1]).toBe(0);
    expect(sum.answered).toBe(sum.requests);
  });

  it('waits no longer than its deadline', async () => {
    const { sum } = await met(() => null);
    expect([sum.failed, sum.answered, sum.attemptsMax]).toEqual([sum.requests, 0, 1]);
  });

  it('I-23: with a budget tries again what failed, a tenth of it', async () => {
    const { sum } = await met(() => failed);
    expect(sum.attempts).toBeGreaterThan(sum.requests * 1.05);
    expect(sum.attempts).toBeLessThanOrEqual(sum.requests * 1.1 + 1);
    expect(sum.attemptsMax).toBeLessThanOrEqual(3);
  });

  it('I-23: does not come again before the service wants it to', async () => {
    const { sum } = await met(() => refused);
    expect([sum.refused, sum.attempts]).toEqual([sum.requests, sum.requests]);
  });

  it('F-29: in a storm comes again at once, whatever it is told, and says so', async () => {
    const { sum, storms } = await met(() => refused, { habit: 'storm' });
    expect(sum.attempts).toBe(sum.requests * 5);
    expect(storms).toBeGreaterThanOrEqual(sum.requests * 4);
  });
});
