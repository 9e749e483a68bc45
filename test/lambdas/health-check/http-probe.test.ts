import { afterEach, describe, expect, it } from 'vitest';
import { assessTarget } from '../../../core/front/index.ts';
import { HttpProbe } from '../../../lambdas/health-check/http-probe.ts';
import { systemClock } from '../../../lambdas/shared/aws/clock.ts';
import { closedPort, closeSockets, rawServer, timed } from '../fakes/sockets.ts';

afterEach(closeSockets);

/** Of a probe that is not answered; one that is has all the time of a busy machine. */
const TIMEOUT_MS = 400;
const LONG_MS = 20_000;
const SOON_MS = 15_000;

async function probe(port: number, { path = '/health', timeoutMs = LONG_MS } = {}) {
  const target = { memberId: `127.0.0.1:${port}`, address: '127.0.0.1', port };
  const probed = new HttpProbe({ clock: systemClock }).probe(target, { path, timeoutMs });
  const { result: sample, tookMs } = await timed(timeoutMs, probed);
  return { sample, tookMs };
}

const answer = (status: string, more = '') => `HTTP/1.1 ${status}\r\n${more}content-length: 0\r\n\r\n`;

describe('a probe of a task', () => {
  it('is one GET of the path over a connection of its own, and the good answer is 200', async () => {
    const asked: string[] = [];
    const connections = new Set<unknown>();
    const port = await rawServer((socket, request) => {
      asked.push(request);
      connections.add(socket);
      socket.write(answer('200 OK', 'connection: keep-alive\r\n'));
    });
    const before = Date.now();
    const { sample } = await probe(port, { path: '/health?deep=1' });
    expect(sample).toEqual({
      memberId: `127.0.0.1:${port}`,
      at: expect.any(Number),
      reach: 'ok',
      status: 200,
      latencyMs: expect.any(Number),
    });
    expect(sample.at).toBeGreaterThanOrEqual(before);
    expect(sample.latencyMs).toBeGreaterThan(0);
    expect(asked[0]).toMatch(/^GET \/health\?deep=1 HTTP\/1\.1\r\n/);
    await probe(port);
    expect(connections.size).toBe(2);
  });

  it.each(['201 Created', '204 No Content', '302 Found', '404 Not Found', '500 Oops', '503 Busy'])(
    'any other answer is a failure: %s',
    async (status) => {
      const port = await rawServer((socket) =>
        socket.write(answer(status, 'location: http://127.0.0.1:1/elsewhere\r\n')),
      );
      const { sample } = await probe(port);
      expect(sample).toMatchObject({ reach: 'error', status: Number(status.slice(0, 3)) });
      expect(assessTarget(sample.reach)).toMatchObject({ health: 'bad' });
    },
  );

  it('does not wait for a body that never ends: the status says enough', async () => {
    const port = await rawServer((socket) =>
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nx'),
    );
    const { sample, tookMs } = await probe(port);
    expect(sample).toMatchObject({ reach: 'ok', status: 200 });
    expect(tookMs).toBeLessThan(SOON_MS);
  });

  it('keeps what it has seen when the connection breaks after the answer', async () => {
    const port = await rawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nx', () => socket.resetAndDestroy());
    });
    expect((await probe(port)).sample).toMatchObject({ reach: 'ok', status: 200 });
  });

  it('F-02: of a task that accepts and does not answer, is over when its time is', async () => {
    const { sample, tookMs } = await probe(await rawServer(() => undefined), { timeoutMs: TIMEOUT_MS });
    expect(sample).toMatchObject({ reach: 'timeout', status: null, latencyMs: null });
    expect(tookMs).toBeGreaterThanOrEqual(TIMEOUT_MS - 20);
  });

  it('of a port where nobody listens is refused at once', async () => {
    const { sample, tookMs } = await probe(await closedPort());
    expect(sample).toMatchObject({ reach: 'refused', status: null, latencyMs: null });
    expect(tookMs).toBeLessThan(SOON_MS);
  });

  it.each([
    ['that breaks the connection', '', 'reset'],
    ['that says half a line and breaks', 'HTTP/1.1 2', 'reset'],
    ['that speaks no HTTP', 'SSH-2.0-OpenSSH_9.6\r\n', 'timeout'],
    ['that answers with more than a head may be', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}`, 'timeout'],
  ])('of a task %s is a failure', async (_name, said, reach) => {
    const port = await rawServer((socket) => {
      socket.write(said);
      if (reach === 'reset') socket.resetAndDestroy();
    });
    const { sample } = await probe(port);
    expect(sample).toMatchObject({ reach, status: null, latencyMs: null });
    expect(assessTarget(sample.reach)).toMatchObject({ health: 'bad' });
  });

  it('ends also where the task changes to another protocol, of which Node tells by neither answer nor error', async () => {
    const head = 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n';
    const { sample } = await probe(await rawServer((socket) => socket.write(head)));
    expect(sample).toMatchObject({ reach: 'error', status: 101 });
  });

  it('ends also where the task says without an end that it goes on', async () => {
    const port = await rawServer((socket) => {
      const timer = setInterval(() => socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'), 20);
      socket.on('close', () => clearInterval(timer));
    });
    const { sample } = await probe(port, { timeoutMs: TIMEOUT_MS });
    expect(sample).toMatchObject({ reach: 'timeout', status: null, latencyMs: null });
  });

  it.each([
    ['a path that no request can have', 8080, '/a b'],
    ['a port that is none', 70_000, '/health'],
  ])('of %s is a failure too, and never an exception', async (_name, port, path) => {
    const { sample } = await probe(port, { path });
    expect(sample).toMatchObject({ reach: 'timeout', status: null, latencyMs: null });
  });
});
