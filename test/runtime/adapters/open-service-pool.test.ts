import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { openServicePool, type OpenServicePool } from '../../../runtime/adapters/open-service-pool.ts';
import { openStrategy } from '../../../runtime/adapters/open-strategy.ts';

const OPTIONS = { region: 'local', namespace: 'demo', service: 'shop' };
let server: http.Server | undefined;
let opened: OpenServicePool | undefined;

afterEach(async () => {
  await opened?.close(0);
  server?.closeAllConnections();
  server?.close();
});

async function setUp(handler: http.RequestListener, answerBytesMax?: number): Promise<OpenServicePool> {
  server = http.createServer(handler);
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const instances = [{ id: 'a', host: '127.0.0.1', port, az: null }];
  const discovery = { instances: () => Promise.resolve(instances) };
  opened = openServicePool({ ...OPTIONS, discovery, ...(answerBytesMax && { answerBytesMax }) });
  return opened;
}

describe('the pool over HTTP', () => {
  it('sends method, path, headers and body, and brings the whole answer back', async () => {
    const { pool } = await setUp((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        response.writeHead(201, { 'x-a': ['1', '2'], 'content-type': 'application/json' });
        response.end(
          JSON.stringify({ method: request.method, url: request.url, x: request.headers['x-in'], body }),
        );
      });
    });
    const answer = await pool.request({
      method: 'PUT',
      path: '/a?b=1',
      headers: { 'X-In': 'y' },
      body: 'hello',
    });
    expect(answer.status).toBe(201);
    expect(answer.headers['x-a']).toEqual(['1', '2']);
    expect(JSON.parse(new TextDecoder().decode(answer.body))).toEqual({
      method: 'PUT',
      url: '/a?b=1',
      x: 'y',
      body: 'hello',
    });
  });

  it('blames no instance for a request that cannot be sent, nor for an answer that is too large', async () => {
    const { pool } = await setUp((_request, response) => response.end('x'.repeat(2000)), 1000);
    const bad = pool.request({ method: 'GET', path: '/', headers: { 'x-bad': 'line\nbreak' } });
    await expect(bad).rejects.toMatchObject({ code: 'UND_ERR_INVALID_ARG' });
    const large = pool.request({ method: 'GET', path: '/' });
    await expect(large).rejects.toMatchObject({ code: 'UND_ERR_RES_EXCEEDED_MAX_SIZE' });
    expect(pool.describe().versions[0]!.instances[0]!.state).toBe('fresh');
  });

  it('I-26: a request that is given up takes its connection with it', async () => {
    const closed: string[] = [];
    const { pool } = await setUp((request, response) => {
      response.on('close', () => closed.push(`${request.url} ${response.writableFinished}`));
      if (request.url !== '/hangs') response.end('ok');
    });
    await expect(pool.request({ method: 'GET', path: '/hangs', deadlineMs: 100 })).rejects.toMatchObject({
      code: 'deadline-exceeded',
    });
    const { status } = await pool.request({ method: 'GET', path: '/fine' });
    expect([status, closed[0]]).toEqual([200, '/hangs false']);
  });
});

describe('options', () => {
  it('fails with every wrong one by name', () => {
    const limits = {
      tryMs: 0,
      deadlineMs: 1.5,
      retry: { extraShare: 0.1, savedMax: 50, attemptsMax: 9, windowMs: 1 },
    };
    const open = (): unknown =>
      openServicePool({ region: '', namespace: 'demo', service: '', limits, connectMs: -1 });
    expect(open).toThrow(
      /region = ""[\s\S]*service = ""[\s\S]*connectMs = -1[\s\S]*deadlineMs = 1\.5[\s\S]*tryMs = 0[\s\S]*attemptsMax = 9/,
    );
  });

  it('of the strategy fail by name too', () => {
    expect(() => openStrategy({ service: '', table: 't', refreshMs: 1 })).toThrow(
      /service = ""[\s\S]*region = nothing[\s\S]*refreshMs = 1/,
    );
  });
});
