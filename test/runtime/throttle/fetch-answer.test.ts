/** A response of the Fetch API that may never be read: its place must come back all the same. */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { answeredBy } from '../../../runtime/throttle/fetch-answer.ts';

const limits = { ratelimit: '"caller";r=1' };
let done: { dropped: boolean }[] = [];
const pass = { queueMs: 0, done: (result = { dropped: false }) => void done.push(result) };
const asked = (init?: RequestInit): Request => new Request('http://127.0.0.1/', init);

beforeEach(() => {
  done = [];
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => vi.useRealTimers());

describe('the place of a response', () => {
  it('is free at once where there is no body', () => {
    const answer = answeredBy(new Response(null, { status: 204 }), { request: asked(), limits, pass });
    expect([answer.status, answer.headers.get('ratelimit')]).toEqual([204, '"caller";r=1']);
    expect(done).toEqual([{ dropped: false }]);
  });

  it('is free when the body has been read, once', async () => {
    const answer = answeredBy(new Response('hello', { status: 503 }), { request: asked(), limits, pass });
    await vi.advanceTimersByTimeAsync(100);
    expect(done).toEqual([]);
    expect(await answer.text()).toBe('hello');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(done).toEqual([{ dropped: true }]);
  });

  it('is free when the body is dropped on the way without a word', async () => {
    answeredBy(new Response('hello'), { request: asked(), limits, pass });
    await vi.advanceTimersByTimeAsync(4999);
    expect(done).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(done).toEqual([{ dropped: false }]);
  });

  it('is free when the reader gives up, and the handler hears of it', async () => {
    let reason: unknown = null;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(1)),
      cancel: (why) => void (reason = why),
    });
    const answer = answeredBy(new Response(body), { request: asked(), limits, pass });
    const reader = answer.body!.getReader();
    await reader.read();
    await reader.cancel('enough');
    expect([done.length > 0, reason]).toEqual([true, 'enough']);
  });

  it('is free when the stream fails, and the reader is told', async () => {
    const body = new ReadableStream<Uint8Array>({
      pull: () => Promise.reject(new Error('the source broke')),
    });
    const answer = answeredBy(new Response(body), { request: asked(), limits, pass });
    await expect(answer.text()).rejects.toThrow('the source broke');
    expect(done.length).toBeGreaterThan(0);
  });

  it('is free when the client is gone, though nobody reads', () => {
    const gone = new AbortController();
    answeredBy(new Response('hello'), { request: asked({ signal: gone.signal }), limits, pass });
    gone.abort();
    expect(done.length).toBeGreaterThan(0);
  });

  it('is free at once for HEAD', () => {
    answeredBy(new Response('hello'), { request: asked({ method: 'HEAD' }), limits, pass });
    expect(done).toEqual([{ dropped: false }]);
  });

  it('of a response that cannot be changed is told all the same', async () => {
    const immutable = Response.redirect('http://127.0.0.1/there', 302);
    expect(() => immutable.headers.set('x', 'y')).toThrow(TypeError);
    const answer = answeredBy(immutable, { request: asked(), limits, pass });
    expect([answer.status, answer.headers.get('location'), answer.headers.get('ratelimit')]).toEqual([
      302,
      'http://127.0.0.1/there',
      '"caller";r=1',
    ]);
  });
});
