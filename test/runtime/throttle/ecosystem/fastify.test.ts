import { Readable } from 'node:stream';
import fastify from 'fastify';
import { throttleFastify } from '../../../../runtime/index.ts';
import { behavesAsAnAdapter, callerOfMessage } from './contract.ts';

behavesAsAnAdapter('Fastify', async (throttle, routes) => {
  const app = fastify({ forceCloseConnections: true });
  app.addHook('onRequest', throttleFastify(throttle, callerOfMessage));
  app.get('/hello', (_request, reply) => reply.header('x-own', 'kept').send('hello'));
  app.get('/throws', () => {
    throw new Error('expected: thrown by a handler');
  });
  app.get('/busy', (_request, reply) => reply.code(503).send());
  app.get('/held', async () => {
    await routes.held();
    return 'held';
  });
  app.get('/stream', (_request, reply) => reply.send(Readable.from(routes.chunks())));
  app.post('/echo', (request) => request.body);
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  return { url, close: () => app.close() };
});
