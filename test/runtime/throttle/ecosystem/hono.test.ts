import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { stream } from 'hono/streaming';
import { throttleFetch, throttleHono } from '../../../../runtime/index.ts';
import { behavesAsAnAdapter, callerOf, type Routes, type Served } from './contract.ts';

const identify = (request: Request) => callerOf(request.headers.get('x-verified'));

function withRoutes(app: Hono, routes: Routes): Hono {
  app.get('/hello', (context) => context.text('hello', 200, { 'x-own': 'kept' }));
  app.get('/throws', () => {
    throw new Error('expected: thrown by a handler');
  });
  app.get('/busy', (context) => context.body(null, 503));
  app.get('/held', async (context) => {
    await routes.held();
    return context.text('held');
  });
  app.get('/stream', (context) =>
    stream(context, async (out) => {
      for await (const chunk of routes.chunks()) await out.write(chunk);
    }),
  );
  app.post('/echo', async (context) => context.text(await context.req.text()));
  app.onError((_error, context) => context.body(null, 500));
  return app;
}

async function serveFetch(fetch: (request: Request) => Response | Promise<Response>): Promise<Served> {
  const server = serve({ fetch, port: 0, hostname: '127.0.0.1' }) as Server;
  await new Promise<void>((resolve) => {
    if (server.listening) resolve();
    else server.once('listening', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

behavesAsAnAdapter('Hono', (throttle, routes) => {
  const app = new Hono();
  app.use(throttleHono(throttle, identify));
  return serveFetch(withRoutes(app, routes).fetch);
});

behavesAsAnAdapter('a handler of the Fetch API', (throttle, routes) => {
  const app = withRoutes(new Hono(), routes);
  return serveFetch(throttleFetch(throttle, identify, (request) => app.fetch(request)));
});
