/** Listeners: certificates, redirects, fixed answers, rules and weights. */

import { once } from 'node:events';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CERTIFICATE, DOMAIN, openStage, pause, type Stage, type TestTarget } from './support.ts';

let stage: Stage;
let target: TestTarget;
let secureArn: string;

beforeAll(async () => {
  stage = await openStage();
  target = await stage.registered();
  const listener = await stage.create('Listener', {
    LoadBalancerArn: stage.balancerArn,
    Port: stage.https,
    Protocol: 'HTTPS',
    Certificates: [{ CertificateArn: CERTIFICATE }],
    DefaultActions: [{ Type: 'forward', TargetGroupArn: stage.groupArn }],
  });
  secureArn = listener.physicalId;
});
afterAll(() => stage?.end());

const rule = (priority: number, conditions: unknown[], action: Record<string, unknown>) =>
  stage.create('ListenerRule', {
    ListenerArn: secureArn,
    Priority: priority,
    Conditions: conditions,
    Actions: [action],
  });

const says = (MessageBody: string) => ({
  Type: 'fixed-response',
  FixedResponseConfig: { StatusCode: '200', ContentType: 'text/plain', MessageBody },
});

test('HTTPS is served under the name of the certificate, which the sandbox signed', async () => {
  const { status, json } = await stage.ask('/', { tls: true });
  expect(status).toBe(200);
  expect(json.headers).toMatchObject({
    'x-forwarded-proto': 'https',
    'x-forwarded-port': String(stage.https),
  });
  const { promise, resolve } = Promise.withResolvers<string>();
  const { address } = stage.node();
  const options = { host: address, port: stage.https, ca: stage.caPem, servername: 'other.example.com' };
  https.get(options, () => resolve('answered')).on('error', (error: Error) => resolve(String(error)));
  expect(await promise).toContain('does not match');
});

test('plain text on the HTTPS port gets no answer but an end', async () => {
  const socket = net.connect(stage.https, stage.node().address);
  let said = '';
  socket.on('data', (chunk) => (said += chunk.toString('latin1')));
  socket.on('error', () => undefined);
  socket.write('GET / HTTP/1.1\r\nhost: shop\r\n\r\n');
  await once(socket, 'close');
  expect(said).not.toContain('HTTP/1.1');
});

test('HTTP/2 is not offered', async () => {
  const { address } = stage.node();
  const socket = tls.connect({
    host: address,
    port: stage.https,
    ca: stage.caPem,
    servername: DOMAIN,
    ALPNProtocols: ['h2', 'http/1.1'],
  });
  await new Promise((done) => socket.once('secureConnect', done));
  expect(socket.alpnProtocol).toBe(false);
  socket.destroy();
});

test('a redirect leads to HTTPS with path and query kept', async () => {
  const [listener] = (await stage.call('DescribeListeners', { LoadBalancerArn: stage.balancerArn }))
    .Listeners;
  await stage.update('Listener', listener.ListenerArn, {
    Port: stage.http,
    Protocol: 'HTTP',
    DefaultActions: [
      { Type: 'redirect', RedirectConfig: { Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301' } },
    ],
  });
  const { status, headers } = await stage.ask('/goods/1?page=2');
  expect(status).toBe(301);
  expect(headers.location).toBe(`https://${DOMAIN}:443/goods/1?page=2`);
});

test('rules are tried by priority, by path, host, method and header', async () => {
  await rule(30, [{ Field: 'path-pattern', Values: ['/static/*'] }], says('second'));
  await rule(20, [{ Field: 'path-pattern', Values: ['/static/?.css'] }], says('first'));
  await rule(40, [{ Field: 'host-header', HostHeaderConfig: { Values: ['*.example.org'] } }], says('host'));
  await rule(
    50,
    [
      { Field: 'http-request-method', HttpRequestMethodConfig: { Values: ['PUT'] } },
      { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'X-Kind', Values: ['b?g*'] } },
    ],
    says('both'),
  );
  const told = async (path: string, options = {}) => (await stage.ask(path, { tls: true, ...options })).text;
  expect(await told('/static/a.css')).toBe('first');
  expect(await told('/static/main.css')).toBe('second');
  expect(await told('/', { headers: { host: 'SHOP.example.org:443' } })).toBe('host');
  expect(await told('/', { method: 'PUT', headers: { 'x-kind': 'Biggest' } })).toBe('both');
  expect(await told('/', { method: 'PUT' })).toContain(target.id);
  expect(await told('/STATIC/a.css')).toContain(target.id);
});

test('weights share requests among target groups; a weight of 0 takes none', async () => {
  const other = await stage.create('TargetGroup', {
    Name: 'demo-canary',
    Port: 8080,
    Protocol: 'HTTP',
    TargetType: 'ip',
    HealthCheckPath: '/health',
  });
  const canary = await stage.target(1);
  stage.balancing.targetGroups.register(other.physicalId, canary);
  expect(stage.balancing.targetGroups.isAttached(other.physicalId)).toBe(false);
  const forward = (weight: number) => ({
    Type: 'forward',
    ForwardConfig: {
      TargetGroups: [
        { TargetGroupArn: stage.groupArn, Weight: 1 },
        { TargetGroupArn: other.physicalId, Weight: weight },
      ],
    },
  });
  const made = await rule(10, [{ Field: 'path-pattern', Values: ['/split'] }], forward(3));
  expect(stage.balancing.targetGroups.isAttached(other.physicalId)).toBe(true);
  await pause(300);
  const count = async () => {
    const told = await Promise.all(Array.from({ length: 60 }, () => stage.ask('/split', { tls: true })));
    return told.filter(({ json }) => json.target === canary.id).length;
  };
  const atThree = await count();
  expect(atThree).toBeGreaterThan(25);
  expect(atThree).toBeLessThan(60);
  await stage.update('ListenerRule', made.physicalId, {
    ListenerArn: secureArn,
    Priority: 10,
    Conditions: [{ Field: 'path-pattern', Values: ['/split'] }],
    Actions: [forward(0)],
  });
  expect(await count()).toBe(0);
  await expect(stage.remove('TargetGroup', other.physicalId)).rejects.toThrow(/in use/);
});

test('a listener that is gone is not there any more', async () => {
  await stage.remove('Listener', secureArn);
  await expect(stage.ask('/', { tls: true })).rejects.toThrow(/ECONNREFUSED/);
});
