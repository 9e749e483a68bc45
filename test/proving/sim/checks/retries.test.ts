import { describe, expect, it } from 'vitest';
import { retriesWithinBudget } from '../../../../proving/sim/checks/retries.ts';
import type { ClientRequest } from '../../../../proving/sim/model.ts';
import { met, sayOf, seconds } from './service.ts';
import { NOW, view } from './view.ts';

const request = (attempts: number, at: number): ClientRequest => ({
  client: 'shop-1',
  kind: 'read',
  startedAt: at,
  endedAt: at,
  ok: true,
  attempts,
  memberId: 'db-2',
});
const requests = (count: number, attemptsOf: (index: number) => number): ClientRequest[] =>
  Array.from({ length: count }, (_, index) => request(attemptsOf(index), NOW + index * 500));

describe('I-23: retries within their budget', () => {
  const say = (all: readonly ClientRequest[]) => retriesWithinBudget().check(view({ requests: all }));

  it('holds at a tenth more attempts than requests, and breaks at a third', () => {
    expect(say(requests(200, (index) => (index % 10 === 0 ? 2 : 1)))).toBeNull();
    expect(say(requests(200, (index) => (index % 3 === 0 ? 2 : 1)))).toMatch(
      /^shop-1 \(reads\) made \d+ attempts of \d+ requests within 30000 ms/,
    );
  });

  it('looks at each window: what was saved in good times is not spent at once', () => {
    const late = requests(400, (index) => (index < 300 ? 1 : 2));
    expect(say(late)).toMatch(/made/);
  });

  it('allows three attempts of one request and no more', () => {
    expect(say(requests(50, (index) => (index === 20 ? 3 : 1)))).toBeNull();
    expect(say(requests(50, (index) => (index === 20 ? 4 : 1)))).toBe(
      'shop-1 (reads) made 4 attempts of one request',
    );
  });

  it('holds callers of the throttled service to it, not those that keep no budget', () => {
    const steady = seconds(30, () => ({
      callers: { 'steady-1': met(40, { attempts: 60, attemptsMax: 2 }) },
    }));
    expect(sayOf(retriesWithinBudget(), steady)).toMatch(/^steady-1 made/);
    const storm = seconds(30, () => ({
      callers: { 'surging-1': met(40, { attempts: 200, attemptsMax: 5 }) },
    }));
    expect(sayOf(retriesWithinBudget(), storm)).toBeNull();
  });
});
