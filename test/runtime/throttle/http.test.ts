/** The adapters over real HTTP: what is refused, what is told, and that a place is given back however it ends. */

import { EventEmitter } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { aimd } from '../../../core/limits/index.ts';
import { systemClock } from '../../../runtime/adapters/system.ts';
import { ANONYMOUS, type Identify } from '../../../runtime/throttle/decide.ts';
import { throttleFetch } from '../../../runtime/throttle/fetch.ts';
import { isHeard } from '../../../runtime/throttle/heard.ts';
import { throttleLambda } from '../../../runtime/throttle/lambda.ts';
import { throttleHandler } from '../../../runtime/throttle/middleware.ts';
import { Throttle } from '../../../runtime/throttle/throttle.ts';

const TWO = { perSecond: 0.01, burst: 1 };
const TWENTY = { perSecond: 1, burst: 20 };
const throttleOf = (): Throttle =>
  new Throttle({ clock: systemClock, limitOf: () => TWO, shared: TWO, concurrency: aimd({ start: 10 }) });
const identify: Identify<IncomingMessage> = ({ headers }) =>
  typeof headers['x-verified'] === 'string' ? { caller: headers['x-verified'] } : ANONYMOUS;

const servers: http.Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: http.RequestListener): Promise<string> {
  const server = http.createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const hello = (_request: IncomingMessage, response: ServerResponse): void => void response.end('hello');

describe("Node's server and Express", () => {
  it('tells what is left, then refuses with 429, a reason and when to come again', async () => {
    const url = await serve(throttleHandler(throttleOf(), identify, hello));
    const ask = (): Promise<Response> => fetch(url, { headers: { 'x-verified': 'shop' } });
    const first = await ask();
    expect([first.status, await first.text()]).toEqual([200, 'hello']);
    expect(first.headers.get('ratelimit-policy')).toBe('"caller";q=2;w=100');
    expect(first.headers.get('ratelimit')).toBe('"caller";r=1');
    await ask();
    const refused = await ask();
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('100');
    expect(refused.headers.get('ratelimit')).toBe('"caller";r=0');
    expect(await refused.json()).toEqual({
      error: 'caller-limit',
      message: 'You are over your rate limit.',
      retryAfterS: 100,
    });
  });

  it('I-24: counts those who cannot be verified as one caller, and the others on their own', async () => {
    const url = await serve(throttleHandler(throttleOf(), identify, hello));
    const statuses: number[] = [];
    for (let n = 0; n < 4; n += 1) {
      statuses.push(
        (await fetch(url, { headers: { 'x-forwarded-for': `10.0.0.${n}`, 'user-agent': `${n}` } })).status,
      );
    }
    expect(statuses).toEqual([200, 200, 429, 429]);
    expect((await fetch(url, { headers: { 'x-verified': 'shop' } })).status).toBe(200);
  });

  it('keeps the place of a client that goes away until the work for it has ended', async () => {
    const throttle = throttleOf();
    let answer: () => void = () => {};
    const url = await serve(
      throttleHandler(throttle, identify, (_request, response) => {
        answer = () => response.end('too late');
      }),
    );
    const gone = new AbortController();
    const asked = fetch(url, { signal: gone.signal }).catch(() => 'gone');
    while (throttle.describe().gate.inFlight === 0) await systemSleep(5);
    gone.abort();
    expect(await asked).toBe('gone');
    await systemSleep(50);
    expect(throttle.describe().gate.inFlight).toBe(1);
    answer();
    expect(throttle.describe().gate.inFlight).toBe(0);
  });

  it('gives the place back in the end when the work for a client that is gone never answers', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const response = new EventEmitter() as unknown as ServerResponse;
    const outcomes: unknown[] = [];
    Object.assign(response, { closed: false, writableEnded: false, statusCode: 200, end: () => response });
    expect(isHeard(response, { queueMs: 0, done: (result) => void outcomes.push(result) })).toBe(true);
    response.emit('close');
    vi.advanceTimersByTime(4999);
    expect(outcomes).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(outcomes).toEqual([{ dropped: false }]);
  });

  it('does nothing for a client that went away while it waited, and gives its place to the next', async () => {
    const throttle = new Throttle({
      clock: systemClock,
      limitOf: () => TWENTY,
      shared: TWENTY,
      concurrency: aimd({ start: 1, max: 1 }),
    });
    const served: string[] = [];
    let finish: () => void = () => {};
    const handler = throttleHandler(throttle, identify, ({ url }, response) => {
      served.push(url!);
      finish = () => response.end('hello');
    });
    const url = await serve(handler);
    const first = fetch(`${url}first`);
    while (throttle.describe().gate.inFlight === 0) await systemSleep(5);
    const gone = new AbortController();
    const second = fetch(`${url}second`, { signal: gone.signal }).catch(() => 'gone');
    while (throttle.describe().gate.waiting === 0) await systemSleep(5);
    gone.abort();
    expect(await second).toBe('gone');
    await systemSleep(20);
    finish();
    await first;
    while (throttle.describe().gate.inFlight > 0) await systemSleep(5);
    expect(served).toEqual(['/first']);
    const third = fetch(`${url}third`);
    while (served.length < 2) await systemSleep(5);
    finish();
    expect((await third).status).toBe(200);
  });

  it('says 500 and begins nothing when the caller cannot be told', async () => {
    const broken: Identify<IncomingMessage> = () => Promise.reject(new Error('the key store is away'));
    const url = await serve(throttleHandler(throttleOf(), broken, hello));
    expect((await fetch(url)).status).toBe(500);
  });
});

describe('handlers of the Fetch API', () => {
  it('are not called for a request that is refused', async () => {
    let calls = 0;
    const handler = throttleFetch(
      throttleOf(),
      () => ANONYMOUS,
      () => {
        calls += 1;
        return new Response('hello');
      },
    );
    const statuses: number[] = [];
    for (let n = 0; n < 3; n += 1) statuses.push((await handler(new Request('http://127.0.0.1/'))).status);
    expect(statuses).toEqual([200, 200, 429]);
    expect(calls).toBe(2);
  });

  it('lower the limit when they say that they have too much', async () => {
    const throttle = throttleOf();
    const handler = throttleFetch(
      throttle,
      () => ANONYMOUS,
      () => new Response('', { status: 503 }),
    );
    await (await handler(new Request('http://127.0.0.1/'))).text();
    expect(throttle.describe().gate).toEqual({ inFlight: 0, waiting: 0, limit: 9 });
  });
});

describe('a Lambda handler', () => {
  const context = (remainingMs: number) => ({ getRemainingTimeInMillis: () => remainingMs });
  const handler = throttleLambda(
    throttleOf(),
    ({ caller }: { caller: string }) => ({ caller }),
    async () => ({ statusCode: 200, headers: { 'x-own': 'kept' }, body: 'hello' }),
  );

  it('answers with its own headers and those of the limit', async () => {
    expect(await handler({ caller: 'a' }, context(3000))).toEqual({
      statusCode: 200,
      headers: { 'x-own': 'kept', 'ratelimit-policy': '"caller";q=2;w=100', ratelimit: '"caller";r=1' },
      body: 'hello',
    });
  });

  it('is not begun when the function has no time left', async () => {
    const answer = await handler({ caller: 'b' }, context(-1));
    expect(answer).toMatchObject({ statusCode: 503, headers: { 'retry-after': '1' } });
    expect(JSON.parse(answer.body!)).toMatchObject({ error: 'deadline-passed' });
  });
});

function systemSleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
