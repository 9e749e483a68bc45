import http from 'node:http';
import { Readable } from 'node:stream';
import express, { type NextFunction, type Request, type Response } from 'express';
import { throttleMiddleware } from '../../../../runtime/index.ts';
import { behavesAsAnAdapter, callerOf, listen } from './contract.ts';

behavesAsAnAdapter('Express', (throttle, routes) => {
  const app = express();
  // Typed by Express: no cast, and `identify` sees the request of Express.
  app.use(throttleMiddleware(throttle, (request: Request) => callerOf(request.get('x-verified'))));
  app.get('/hello', (_request, response) => void response.set('x-own', 'kept').send('hello'));
  app.get('/throws', () => {
    throw new Error('expected: thrown by a handler');
  });
  app.get('/busy', (_request, response) => void response.status(503).end());
  app.get('/held', async (_request, response) => {
    await routes.held();
    response.send('held');
  });
  app.get('/stream', (_request, response) => void Readable.from(routes.chunks()).pipe(response));
  app.post('/echo', express.text({ limit: '1mb' }), (request, response) => void response.send(request.body));
  app.use((_error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    response.status(500).end();
  });
  return listen(http.createServer(app));
});
