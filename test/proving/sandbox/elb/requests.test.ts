/** What a node does with requests: real nodes, real targets. */

import http from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DOMAIN, eventually, openStage, type Stage, type TestTarget } from './support.ts';

let stage: Stage;
let target: TestTarget;

beforeAll(async () => {
  stage = await openStage({ balancerAttributes: { 'idle_timeout.timeout_seconds': '2' } });
  target = await stage.registered();
});
afterAll(() => stage?.end());

test('a request reaches the target from the address of the node, under the name that the client asked for', async () => {
  const { status, json } = await stage.ask('/goods?page=2', { from: '127.250.9.9' });
  expect(status).toBe(200);
  expect(json).toMatchObject({
    method: 'GET',
    url: '/goods?page=2',
    from: stage.node().address,
    headers: {
      host: DOMAIN,
      'x-forwarded-for': '127.250.9.9',
      'x-forwarded-proto': 'http',
      'x-forwarded-port': String(stage.http),
    },
  });
});

test('a body passes, of known length and in chunks', async () => {
  const known = await stage.ask('/', { method: 'POST', body: 'abc', headers: { 'content-length': 3 } });
  expect(known.json.body).toBe('abc');
  const chunked = await stage.ask('/', {
    method: 'DELETE',
    body: 'def',
    headers: { 'transfer-encoding': 'chunked' },
  });
  expect(chunked.json.body).toBe('def');
});

test('headers of one connection alone do not pass, in either direction', async () => {
  const { json, headers } = await stage.ask('/', {
    headers: { connection: 'close, x-mine', 'x-mine': '1', te: 'trailers', 'x-kept': '2' },
  });
  expect(json.headers).toMatchObject({ 'x-kept': '2', connection: 'keep-alive' });
  expect(json.headers).not.toHaveProperty('x-mine');
  expect(json.headers).not.toHaveProperty('te');
  expect(headers).not.toHaveProperty('x-hop');
});

test('an X-Forwarded-For that is there is added to', async () => {
  const { json } = await stage.ask('/', {
    from: '127.250.9.9',
    headers: { 'x-forwarded-for': '203.0.113.7' },
  });
  expect(json.headers['x-forwarded-for']).toBe('203.0.113.7, 127.250.9.9');
});

test('a trace id is made where there is none, and kept with a field of the balancer where there is one', async () => {
  const made = await stage.ask('/');
  expect(made.json.headers['x-amzn-trace-id']).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
  const given = 'Root=1-67891233-abcdef012345678912345678;Sampled=1';
  const kept = await stage.ask('/', { headers: { 'x-amzn-trace-id': given } });
  expect(kept.json.headers['x-amzn-trace-id']).toMatch(/^Self=1-[0-9a-f]{8}-[0-9a-f]{24};/);
  expect(kept.json.headers['x-amzn-trace-id']).toContain(given);
});

test('connections are kept on both sides', async () => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const answers = [await stage.ask('/', { agent }), await stage.ask('/', { agent })];
  const sockets = Object.values(agent.freeSockets).flat();
  expect(sockets).toHaveLength(1);
  expect(new Set(answers.map(({ json }) => json.connection)).size).toBe(1);
  agent.destroy();
});

test('a target that refuses is a 502, and nobody else is asked', async () => {
  const reset = await stage.ask('/reset');
  expect(reset.status).toBe(502);
  expect(reset.headers.server).toBe('awselb/2.0');
  expect(reset.text).toContain('502 Bad Gateway');
});

test('an answer that breaks off does not look whole', async () => {
  await expect(stage.ask('/half')).rejects.toThrow(/aborted|ECONNRESET/);
});

test('a target that says nothing for the idle time-out is a 504', async () => {
  const started = performance.now();
  const { status } = await stage.ask('/?wait=10000');
  expect(status).toBe(504);
  expect(performance.now() - started).toBeGreaterThan(1_900);
});

test('a client that is gone takes its request with it', async () => {
  const gone = new AbortController();
  const asked = stage.ask('/given-up?wait=1500', { signal: gone.signal }).catch(() => 'gone');
  await eventually('it has arrived', () => target.arrived.includes('/given-up'));
  gone.abort();
  expect(await asked).toBe('gone');
  await eventually('the target hears of it', () => target.aborted.includes('/given-up'));
});

test("a target's own errors pass", async () => {
  expect((await stage.ask('/?status=500')).status).toBe(500);
  expect((await stage.ask('/?status=404')).status).toBe(404);
});
