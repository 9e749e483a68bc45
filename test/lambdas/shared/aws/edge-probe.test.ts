/** Over real TLS, with an authority of the test's own. */

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type net from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isAnswered } from '../../../../core/front/index.ts';
import { systemClock } from '../../../../lambdas/shared/aws/clock.ts';
import { HttpsEdgeProbe } from '../../../../lambdas/shared/aws/edge-probe.ts';
import {
  createCertificateAuthority,
  type CertificateAuthority,
} from '../../../../proving/sandbox/tls/index.ts';
import { testWorld } from '../../../proving/sandbox/wire/world.ts';
import { closedPort, closeSockets, rawServer, rawTlsServer, timed } from '../../fakes/sockets.ts';

const NAME = 'shop.demo.example.com';
/** Of a request that is not answered; one that is has all the time of a busy machine. */
const TIMEOUT_MS = 400;
const LONG_MS = 20_000;
const SOON_MS = 15_000;

let folder: string;
let authority: CertificateAuthority;
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'understudy-edge-'));
  authority = createCertificateAuthority(testWorld({ stateDir: folder }));
});
afterEach(closeSockets);
afterAll(() => fs.rmSync(folder, { recursive: true }));

function balancer(serve: (socket: net.Socket, request: string) => void, names = [NAME]): Promise<number> {
  const { keyPem, certificatePem } = authority.issue(names);
  return rawTlsServer({ key: keyPem, cert: certificatePem }, serve);
}

const answering = (status: string) => (socket: net.Socket) =>
  void socket.write(
    `HTTP/1.1 ${status}\r\nlocation: https://elsewhere.example/\r\ncontent-length: 0\r\n\r\n`,
  );

async function ask(port: number, { timeoutMs = LONG_MS, trusting = authority } = {}) {
  const probe = new HttpsEdgeProbe({ clock: systemClock, port, ca: trusting.caPem });
  const asked = probe.ask({ url: `https://${NAME}/health?from=outside`, connectTo: '127.0.0.1', timeoutMs });
  const { result: sample, tookMs } = await timed(timeoutMs, asked);
  return { sample, tookMs };
}

const FAILED = { status: null, latencyMs: null };

describe('a look at the edge', () => {
  it('connects to the balancer and asks for the public name, each time over a connection of its own', async () => {
    const asked: string[] = [];
    const connections = new Set<net.Socket>();
    const port = await balancer((socket, request) => {
      asked.push(request);
      connections.add(socket);
      answering('200 OK')(socket);
    });
    const { sample } = await ask(port);
    expect(sample).toMatchObject({ at: expect.any(Number), status: 200, error: null });
    expect(sample.latencyMs).toBeGreaterThan(0);
    expect(asked[0]).toMatch(/^GET \/health\?from=outside HTTP\/1\.1\r\n/);
    expect(asked[0]!.toLowerCase()).toContain(`\r\nhost: ${NAME}\r\n`);
    await ask(port);
    expect(connections.size).toBe(2);
  });

  it.each([
    ['200 OK', true],
    ['301 Moved Permanently', true],
    ['404 Not Found', false],
    ['503 Service Unavailable', false],
  ])('takes %s as it is, and follows nothing', async (status, answered) => {
    const { sample } = await ask(await balancer(answering(status)));
    expect(sample.status).toBe(Number(status.slice(0, 3)));
    expect(isAnswered(sample)).toBe(answered);
  });

  it('refuses the certificate of another name, as a client would', async () => {
    const { sample } = await ask(await balancer(answering('200 OK'), ['other.example.com']));
    expect(sample).toMatchObject({ ...FAILED, error: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });

  it('refuses a certificate of an authority that nobody trusts', async () => {
    const trusting = createCertificateAuthority(testWorld({ stateDir: path.join(folder, 'other') }));
    const { sample } = await ask(await balancer(answering('200 OK')), { trusting });
    expect(sample).toMatchObject({ ...FAILED, error: expect.stringMatching(/CERT|SIGNATURE|ISSUER/) });
  });

  it('of a port where nobody listens fails at once', async () => {
    const { sample, tookMs } = await ask(await closedPort());
    expect(sample).toMatchObject({ ...FAILED, error: 'ECONNREFUSED' });
    expect(tookMs).toBeLessThan(SOON_MS);
  });

  it.each([
    ['a handshake that never ends', () => rawServer(() => undefined)],
    ['an answer that never comes', () => balancer(() => undefined)],
    ['half an answer', () => balancer((socket) => socket.write('HTTP/1.1 200'))],
  ])('is over when its time is: %s', async (_name, listen) => {
    const { sample, tookMs } = await ask(await listen(), { timeoutMs: TIMEOUT_MS });
    expect(sample).toMatchObject({ ...FAILED, error: 'ETIMEDOUT' });
    expect(tookMs).toBeGreaterThanOrEqual(TIMEOUT_MS - 20);
  });

  it.each([
    ['breaks the connection', (socket: net.Socket) => void socket.destroy()],
    ['speaks no HTTP', (socket: net.Socket) => void socket.write('SSH-2.0-OpenSSH_9.6\r\n')],
    [
      'changes to another protocol',
      (socket: net.Socket) =>
        void socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
    ],
  ])('counts as failed where the balancer %s', async (_name, serve) => {
    const { sample } = await ask(await balancer(serve));
    expect(isAnswered(sample)).toBe(false);
  });

  it('counts as failed where the name of the balancer has no address', async () => {
    const probe = new HttpsEdgeProbe({ clock: systemClock, ca: authority.caPem });
    const connectTo = 'demo-primary.invalid';
    const sample = await probe.ask({ url: `https://${NAME}/health`, connectTo, timeoutMs: 2000 });
    expect(sample).toMatchObject({
      ...FAILED,
      error: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN|ETIMEDOUT)$/),
    });
  });
});
