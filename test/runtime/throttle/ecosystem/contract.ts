/** What every adapter must do, asked over real HTTP of a real server of its framework. */

import http, { type IncomingMessage } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { Limit } from '../../../../core/limits/index.ts';
import { systemClock } from '../../../../runtime/adapters/system.ts';
import { ANONYMOUS, type Incoming, Throttle } from '../../../../runtime/index.ts';

/** What the routes of each server do. */
export interface Routes {
  /** `GET /held` answers when this settles. */
  held(): Promise<void>;
  /** `GET /stream` sends these, one after the other. */
  chunks(): AsyncGenerator<string>;
}

export interface Served {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves `GET /hello` (text `hello`, header `x-own: kept`), `GET /throws`, `GET /busy` (503), `GET /held`,
 * `GET /stream` and `POST /echo`, all behind the throttle.
 */
export type Serve = (throttle: Throttle, routes: Routes) => Promise<Served>;

/** The caller, as a test says it. */
export function callerOf(name: string | readonly string[] | null | undefined): Incoming {
  return typeof name === 'string' ? { caller: name } : ANONYMOUS;
}
export const callerOfMessage = ({ headers }: IncomingMessage): Incoming => callerOf(headers['x-verified']);

/** Counts what was dropped; the number of places stays. */
interface Places {
  readonly dropped: number;
}
const places = (count: number): Limit<Places> => ({
  initial: { dropped: 0 },
  next: (state, { dropped }) => ({ dropped: state.dropped + (dropped ? 1 : 0) }),
  concurrency: () => count,
});

const LIMIT = { perSecond: 0.01, burst: 2 };
const WIDE = { perSecond: 10_000, burst: 1000 };

interface Rig {
  readonly throttle: Throttle;
  ask(path: string, init?: RequestInit): Promise<Response>;
  release(): void;
  /** Sends the next chunk of the stream, or ends it. */
  next(chunk: string | null): void;
  inFlight(): number;
  becomes(inFlight: number): Promise<void>;
}

const opened: Served[] = [];
afterEach(async () => {
  for (const served of opened.splice(0)) await served.close();
});

async function rig(serve: Serve, placesMax = 10): Promise<Rig> {
  const throttle = new Throttle({
    clock: systemClock,
    limitOf: (caller) => (caller === 'limited' ? LIMIT : WIDE),
    shared: WIDE,
    concurrency: places(placesMax),
    gate: { waitersMax: 1, waitMsMax: 200 },
  });
  const holding: (() => void)[] = [];
  const chunks: (string | null)[] = [];
  let wake = (): void => {};
  const served = await serve(throttle, {
    held: () => new Promise((resolve) => holding.push(resolve)),
    async *chunks() {
      for (;;) {
        while (chunks.length === 0) await new Promise<void>((resolve) => (wake = resolve));
        const chunk = chunks.shift()!;
        if (chunk === null) return;
        yield chunk;
      }
    },
  });
  opened.push(served);
  const inFlight = (): number => throttle.describe().gate.inFlight;
  return {
    throttle,
    ask: (path, init) => fetch(`${served.url}${path}`, init),
    release: () => holding.splice(0).forEach((resolve) => resolve()),
    next(chunk) {
      chunks.push(chunk);
      wake();
    },
    inFlight,
    async becomes(count) {
      for (let look = 0; look < 400 && inFlight() !== count; look += 1) await sleep(5);
      expect(inFlight()).toBe(count);
    },
  };
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export function behavesAsAnAdapter(name: string, serve: Serve): void {
  describe(`the throttle in front of ${name}`, () => {
    it('tells what is left, then refuses with 429, a reason and when to come again', async () => {
      const { ask } = await rig(serve);
      const init = { headers: { 'x-verified': 'limited' } };
      const first = await ask('/hello', init);
      expect([first.status, await first.text(), first.headers.get('x-own')]).toEqual([200, 'hello', 'kept']);
      expect(first.headers.get('ratelimit-policy')).toBe('"caller";q=3;w=100');
      expect(first.headers.get('ratelimit')).toBe('"caller";r=2');
      for (let n = 0; n < 2; n += 1) await (await ask('/hello', init)).text();
      const refused = await ask('/hello', init);
      expect(refused.status).toBe(429);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(90);
      expect(refused.headers.get('ratelimit')).toBe('"caller";r=0');
      expect(refused.headers.get('content-type')).toContain('application/json');
      expect(refused.headers.get('cache-control')).toBe('no-store');
      expect(await refused.json()).toMatchObject({ error: 'caller-limit' });
      expect((await ask('/hello')).status).toBe(200);
    });

    it('answers 503 with a time when every place is taken and the queue is full, and begins nothing', async () => {
      const { ask, release, becomes } = await rig(serve, 1);
      const held = ask('/held');
      await becomes(1);
      const waiting = ask('/hello');
      await sleep(50);
      const full = await ask('/hello');
      expect([full.status, full.headers.get('retry-after')]).toEqual([503, '1']);
      expect(full.headers.get('ratelimit-policy')).not.toBeNull();
      expect(await full.json()).toMatchObject({ error: 'queue-full' });
      release();
      expect([(await held).status, (await waiting).status]).toEqual([200, 200]);
      await becomes(0);
    });

    it('frees the place of a handler that throws, and of one that says it has too much', async () => {
      const { ask, becomes } = await rig(serve);
      expect((await ask('/throws')).status).toBe(500);
      await becomes(0);
      expect((await ask('/busy')).status).toBe(503);
      await becomes(0);
    });

    it('frees the place of a client that goes away, once the handler has ended', async () => {
      const { ask, release, becomes } = await rig(serve);
      const gone = new AbortController();
      const asked = ask('/held', { signal: gone.signal }).catch(() => 'gone');
      await becomes(1);
      gone.abort();
      expect(await asked).toBe('gone');
      await sleep(50);
      release();
      await becomes(0);
    });

    it('keeps no place for a client that went away while it waited, and does nothing for it', async () => {
      const { ask, release, becomes, throttle } = await rig(serve, 1);
      const held = ask('/held');
      await becomes(1);
      const gone = new AbortController();
      const waiting = ask('/held', { signal: gone.signal }).catch(() => 'gone');
      while (throttle.describe().gate.waiting === 0) await sleep(5);
      gone.abort();
      expect(await waiting).toBe('gone');
      await sleep(50);
      release();
      await held;
      await becomes(0);
    });

    it('holds the place of a stream until its end, and passes each part on at once', async () => {
      const { ask, next, inFlight, becomes } = await rig(serve);
      const answer = ask('/stream');
      next('one ');
      const reader = (await answer).body!.getReader();
      const decoder = new TextDecoder();
      expect(decoder.decode((await reader.read()).value)).toBe('one ');
      expect(inFlight()).toBe(1);
      next('two');
      expect(decoder.decode((await reader.read()).value)).toBe('two');
      expect(inFlight()).toBe(1);
      next(null);
      expect((await reader.read()).done).toBe(true);
      await becomes(0);
    });

    it('frees the place of a stream whose reader goes away', async () => {
      const { ask, next, becomes } = await rig(serve);
      const gone = new AbortController();
      const answer = ask('/stream', { signal: gone.signal });
      next('one ');
      await (await answer).body!.getReader().read();
      await becomes(1);
      gone.abort();
      await sleep(50);
      next('nobody reads this');
      next(null);
      await becomes(0);
    });

    it('answers HEAD with the same head and no body, and frees its place', async () => {
      const { ask, becomes } = await rig(serve);
      const head = await ask('/hello', { method: 'HEAD' });
      expect([head.status, await head.text(), head.headers.get('x-own')]).toEqual([200, '', 'kept']);
      expect(head.headers.get('ratelimit')).not.toBeNull();
      await becomes(0);
    });

    it('leaves the body of the request to the handler', async () => {
      const { ask, becomes } = await rig(serve);
      const body = 'x'.repeat(100_000);
      const headers = { 'content-type': 'text/plain' };
      const echoed = await ask('/echo', { method: 'POST', body, headers });
      expect((await echoed.text()).length).toBe(body.length);
      await becomes(0);
    });

    it('leaves no place taken after many clients of all kinds', async () => {
      const { ask, release, becomes } = await rig(serve, 4);
      const paths = ['/hello', '/throws', '/busy', '/held'];
      const asked = Array.from({ length: 60 }, async (_, n) => {
        const signal = n % 3 === 0 ? AbortSignal.timeout(1 + (n % 20)) : undefined;
        const response = await ask(paths[n % 4]!, signal ? { signal } : {});
        await response.text();
      });
      const releasing = setInterval(release, 5);
      await Promise.allSettled(asked);
      await becomes(0);
      clearInterval(releasing);
    });
  });
}

/** A server on a free port of loopback. */
export async function listen(server: http.Server): Promise<Served> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
