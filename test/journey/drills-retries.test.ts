/** F-29 with our own client: what it sends while an application stands still, and what that leaves behind. */

import { afterEach, expect, it } from 'vitest';
import { fetchWithRetries, Retries, systemClock } from '../../runtime/index.ts';
import { signToken } from '../../proving/drills/throttle/tokens.ts';
import { MemoryPlace } from '../proving/drills/throttle/memory-place.ts';

const LOAD_PER_S = 80;
const BEFORE_MS = 3000;
const STOP_MS = 1500;
const AFTER_MS = 7000;
const ATTEMPT_MS_MAX = 1000;
/** Answers that came in time, among the requests of the last two seconds. */
const LAST_MS = 2000;

const stage = new MemoryPlace({ SHOP_CAPACITY_PER_S: '10000' });
afterEach(() => stage.close());

interface Asked {
  readonly at: number;
  readonly attempts: number;
  readonly ok: boolean;
}

it('I-23: three attempts and a tenth more than requests at most, while every attempt times out', async () => {
  const task = await stage.place.startTask('app', 'shop', {});
  const token = await signToken(stage.place.tokenKey, { caller: 'app', user: 'u', criticality: null });
  const retries = new Retries({ clock: systemClock, random: Math.random });
  const ask = async (at: number): Promise<Asked> => {
    let attempts = 0;
    const send: typeof fetch = (input, init) => {
      attempts += 1;
      const signal = AbortSignal.any([init!.signal!, AbortSignal.timeout(ATTEMPT_MS_MAX)]);
      return fetch(input, { ...init, signal });
    };
    const headers = { authorization: `Bearer ${token}` };
    const ok = await fetchWithRetries(retries, `${task.url}/quotes/1`, { headers, fetch: send }).then(
      async (response) => (await response.text()) !== '' && response.ok,
      () => false,
    );
    return { at, attempts, ok };
  };
  const asked: Promise<Asked>[] = [];
  const from = performance.now();
  const sendUntil = async (ms: number): Promise<void> => {
    for (let now = 0; now < ms; now = performance.now() - from) {
      while (asked.length < ((performance.now() - from) / 1000) * LOAD_PER_S) {
        asked.push(ask(performance.now() - from));
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  await sendUntil(BEFORE_MS);
  process.kill(task.pid, 'SIGSTOP');
  await sendUntil(BEFORE_MS + STOP_MS);
  process.kill(task.pid, 'SIGCONT');
  await sendUntil(BEFORE_MS + STOP_MS + AFTER_MS);

  const all = await Promise.all(asked);
  const stopped = all.filter(({ at }) => at >= BEFORE_MS && at < BEFORE_MS + STOP_MS);
  const attempts = all.reduce((sum, one) => sum + one.attempts, 0);
  expect(stopped.filter(({ ok }) => !ok).length).toBeGreaterThan(0);
  expect(attempts).toBeGreaterThan(all.length);
  expect(attempts / all.length).toBeLessThanOrEqual(1.1);
  expect(Math.max(...all.map((one) => one.attempts))).toBeLessThanOrEqual(3);
  const last = all.filter(({ at }) => at >= BEFORE_MS + STOP_MS + AFTER_MS - LAST_MS);
  expect(last.filter(({ ok }) => ok).length / last.length).toBeGreaterThan(0.9);
});
