import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { throttleHandler } from '../../../../runtime/index.ts';
import { behavesAsAnAdapter, callerOfMessage, listen, type Routes } from './contract.ts';

async function route(request: IncomingMessage, response: ServerResponse, routes: Routes): Promise<void> {
  switch (request.url) {
    case '/hello':
      response.setHeader('x-own', 'kept').end('hello');
      return;
    case '/throws':
      throw new Error('expected: thrown by a handler');
    case '/busy':
      response.writeHead(503).end();
      return;
    case '/held':
      await routes.held();
      response.end('held');
      return;
    case '/stream':
      await pipeline(Readable.from(routes.chunks()), response).catch(() => {});
      return;
    default:
      request.pipe(response);
  }
}

/** What a handler throws goes to the process; the test takes it there. */
async function expectingThrown<T>(body: () => Promise<T>): Promise<{ value: T; thrown: unknown[] }> {
  const before = process.listeners('uncaughtException');
  const thrown: unknown[] = [];
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error) => thrown.push(error));
  try {
    return { value: await body(), thrown };
  } finally {
    process.removeAllListeners('uncaughtException');
    for (const listener of before) process.on('uncaughtException', listener);
  }
}

behavesAsAnAdapter("Node's own server", (throttle, routes) =>
  listen(
    http.createServer(
      throttleHandler(throttle, callerOfMessage, async (request, response) => {
        try {
          await route(request, response, routes);
        } catch {
          response.writeHead(500).end();
        }
      }),
    ),
  ),
);

describe("a handler of Node's own server that throws", () => {
  it.each([
    ['at once', () => Promise.reject(new Error('expected'))],
    [
      'synchronously',
      () => {
        throw new Error('expected');
      },
    ],
  ])('%s is answered with 500, its place is free, and the process hears of it', async (_when, handler) => {
    const { Throttle, systemClock } = await import('../../../../runtime/index.ts');
    const wide = { perSecond: 1000, burst: 100 };
    const throttle = new Throttle({ clock: systemClock, limitOf: () => wide, shared: wide });
    const served = await listen(http.createServer(throttleHandler(throttle, callerOfMessage, handler)));
    const { value, thrown } = await expectingThrown(() => fetch(served.url));
    expect(value.status).toBe(500);
    expect(thrown).toEqual([expect.objectContaining({ message: 'expected' })]);
    expect(throttle.describe().gate.inFlight).toBe(0);
    await served.close();
  });
});
