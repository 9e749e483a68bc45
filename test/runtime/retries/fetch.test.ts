/** HTTP calls with retries, against a real server. */

import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../runtime/adapters/system.ts';
import { ATTEMPT_HEADER, fetchWithRetries } from '../../../runtime/retries/fetch.ts';
import { retryAfterMs } from '../../../runtime/retries/retry-after.ts';
import { Retries } from '../../../runtime/retries/retries.ts';

interface Seen {
  readonly method: string;
  readonly attempt: string | undefined;
  readonly atMs: number;
  readonly body: string;
}
type Answer = (request: http.IncomingMessage, response: http.ServerResponse) => void;

const servers: http.Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** Answers each request with the next of these, the last one again and again. */
async function serve(...answers: readonly Answer[]): Promise<{ url: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const { method = '', headers } = request;
      seen.push({ method, attempt: headers[ATTEMPT_HEADER]?.toString(), atMs: performance.now(), body });
      answers[Math.min(seen.length, answers.length) - 1]!(request, response);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, seen };
}

const says =
  (status: number, headers: Record<string, string> = {}): Answer =>
  (_request, response) =>
    void response.writeHead(status, headers).end(`answer ${status}`);
const hangsUp: Answer = (request) => request.socket.destroy();

async function warm(): Promise<Retries> {
  const retries = new Retries({ clock: systemClock, random: () => 0.1 });
  for (let n = 0; n < 50; n += 1) await retries.run(async () => {}, { idempotent: true });
  return retries;
}

describe('fetch with retries', () => {
  it('tells the server which attempt it sees', async () => {
    const { url, seen } = await serve(says(502), hangsUp, says(200));
    const response = await fetchWithRetries(await warm(), url, { headers: { 'x-own': 'kept' } });
    expect([response.status, await response.text()]).toEqual([200, 'answer 200']);
    expect(seen.map(({ attempt }) => attempt)).toEqual(['1', '2', '3']);
  });

  it('honours Retry-After, and returns what it cannot wait for', async () => {
    const { url, seen } = await serve(says(503, { 'retry-after': '1' }), says(200));
    expect((await fetchWithRetries(await warm(), url)).status).toBe(200);
    expect(seen[1]!.atMs - seen[0]!.atMs).toBeGreaterThanOrEqual(995);
    const far = await serve(says(429, { 'retry-after': '60' }), says(200));
    const response = await fetchWithRetries(await warm(), far.url);
    expect([response.status, await response.text()]).toEqual([429, 'answer 429']);
    expect(far.seen).toHaveLength(1);
  });

  it.each([
    ['503 without a time', says(503)],
    ['429 without a time', says(429)],
    ['a negative Retry-After', says(503, { 'retry-after': '-1' })],
    ['502 that wants no more', says(502, { 'retry-after': '-1' })],
    ['a Retry-After that nobody can read', says(503, { 'retry-after': 'soon' })],
    ['500', says(500)],
    ['404', says(404)],
  ])('does not try again after %s', async (_what, answer) => {
    const { url, seen } = await serve(answer, says(200));
    expect((await fetchWithRetries(await warm(), url)).status).not.toBe(200);
    expect(seen).toHaveLength(1);
  });

  it('sends again only what is idempotent by its method, or by the caller’s word', async () => {
    const lost = await serve(hangsUp, says(200));
    const retries = await warm();
    await expect(fetchWithRetries(retries, lost.url, { method: 'POST', body: 'order' })).rejects.toThrow();
    expect(lost.seen).toHaveLength(1);
    const known = await serve(hangsUp, says(200));
    const init = { method: 'POST', body: 'order', idempotent: true };
    expect((await fetchWithRetries(retries, known.url, init)).status).toBe(200);
    expect(known.seen.map(({ body }) => body)).toEqual(['order', 'order']);
    const refused = await serve(says(429, { 'retry-after': '0' }), says(200));
    expect((await fetchWithRetries(retries, refused.url, { method: 'POST' })).status).toBe(200);
  });

  it('sends a body that can be read once only once', async () => {
    const { url, seen } = await serve(says(502), says(200));
    const request = new Request(url, { method: 'PUT', body: 'once' });
    expect((await fetchWithRetries(await warm(), request)).status).toBe(502);
    expect(seen.map(({ body }) => body)).toEqual(['once']);
  });

  it('takes a request of its own, with its headers and its signal', async () => {
    const { url, seen } = await serve(says(502), (request, response) =>
      response.end(request.headers['x-own']),
    );
    const request = new Request(url, { headers: { 'x-own': 'kept' } });
    expect(await (await fetchWithRetries(await warm(), request)).text()).toBe('kept');
    expect(seen).toHaveLength(2);
    const aborted = new Request(url, { signal: AbortSignal.abort(new Error('the user left')) });
    await expect(fetchWithRetries(await warm(), aborted)).rejects.toThrow('the user left');
  });

  it('ends at its deadline, and closes the connection', async () => {
    let isClosed: () => void = () => {};
    const closed = new Promise<void>((resolve) => {
      isClosed = resolve;
    });
    const { url } = await serve((request) => request.socket.once('close', isClosed));
    const call = fetchWithRetries(await warm(), url, { deadlineMs: 200 });
    await expect(call).rejects.toMatchObject({ code: 'deadline-exceeded', advice: 'retry' });
    await closed;
  });

  it('closes the connection of an answer that nobody will read', async () => {
    let isClosed: () => void = () => {};
    const closed = new Promise<void>((resolve) => {
      isClosed = resolve;
    });
    const endless: Answer = (request, response) => {
      request.socket.once('close', isClosed);
      response.writeHead(502).write('it goes on');
    };
    const { url } = await serve(endless, says(200));
    expect((await fetchWithRetries(await warm(), url)).status).toBe(200);
    await closed;
  });

  it('leaves the body to be read after the deadline of its head', async () => {
    const { url } = await serve((_request, response) => {
      response.write('first ');
      setTimeout(() => response.end('second'), 300);
    });
    const response = await fetchWithRetries(await warm(), url, { deadlineMs: 150 });
    expect(await response.text()).toBe('first second');
  });
});

describe('Retry-After', () => {
  const NOW = Date.parse('Sun, 06 Nov 1994 08:49:37 GMT');
  const after = (value: string | null, date?: string): number | null => {
    const headers = new Headers(date === undefined ? {} : { date });
    if (value !== null) headers.set('retry-after', value);
    return retryAfterMs(headers, NOW);
  };

  it.each([
    ['120', 120_000],
    ['0', 0],
    ['-1', Infinity],
    ['Sun, 06 Nov 1994 08:50:07 GMT', 30_000],
    ['Sunday, 06-Nov-94 08:50:07 GMT', 30_000],
    ['Sun Nov  6 08:50:07 1994', 30_000],
    ['Sun, 06 Nov 1994 08:00:00 GMT', 0],
    [null, null],
    ['', null],
    ['1.5', null],
    ['tomorrow', null],
    ['Sun, 99 Nov 1994 08:00:00 GMT', null],
    ['2026', 2_026_000],
  ])('%j is %s ms', (value, ms) => {
    expect(after(value)).toBe(ms);
  });

  it('F-20: is counted by the server’s clock where it says what time it is', () => {
    expect(after('Sun, 06 Nov 1994 12:00:30 GMT', 'Sun, 06 Nov 1994 12:00:00 GMT')).toBe(30_000);
  });
});
