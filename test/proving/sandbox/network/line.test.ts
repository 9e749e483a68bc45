import net from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Line } from '../../../../proving/sandbox/network/line.ts';
import { pause } from '../../../../proving/sandbox/aurora/poll.ts';
import type { NetworkEffect } from '../../../../proving/sandbox/network/rule.ts';

const DROP: NetworkEffect = { kind: 'drop' };
const delay = (ms: number): NetworkEffect => ({ kind: 'delay', ms });
/** Long enough for bytes on loopback to arrive, if they do. */
const GRACE_MS = 60;

let server: net.Server;
let client: net.Socket;
let line: Line;
let atServer: string;
let atClient: string;
let events: string[];

beforeEach(async () => {
  [atServer, atClient] = ['', ''];
  const heard: string[] = [];
  events = heard;
  const accepted = Promise.withResolvers<Line>();
  server = net.createServer({ allowHalfOpen: true }, (socket) => accepted.resolve(new Line(socket)));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  client = net.connect((server.address() as net.AddressInfo).port, '127.0.0.1');
  client.on('data', (chunk: Buffer) => (atClient += chunk.toString()));
  for (const event of ['end', 'close', 'error']) client.on(event, () => heard.push(`client ${event}`));
  line = await accepted.promise;
  line.on('data', (chunk: Buffer) => (atServer += chunk.toString()));
  for (const event of ['end', 'close', 'error']) line.on(event, () => heard.push(`line ${event}`));
});

afterEach(() => {
  client.destroy();
  line.setEffect(null);
  line.destroy();
  server.close();
});

async function within(boundMs: number, holds: () => boolean): Promise<number> {
  const started = performance.now();
  while (!holds()) {
    if (performance.now() - started > boundMs) throw new Error(`not within ${boundMs} ms`);
    await pause(2);
  }
  return performance.now() - started;
}

describe('a line without a rule', () => {
  it('carries bytes and ends both ways', async () => {
    client.write('ping');
    await within(1_000, () => atServer === 'ping');
    line.write('pong');
    await within(1_000, () => atClient === 'pong');
    client.end();
    await within(1_000, () => events.includes('line end'));
    line.end('last');
    await within(1_000, () => events.includes('client close') && events.includes('line close'));
    expect(atClient).toBe('ponglast');
  });

  it('carries a large answer whole to a client that reads slowly', async () => {
    const size = 5_000_000;
    client.pause();
    line.end(Buffer.alloc(size, 'x'));
    await pause(GRACE_MS);
    client.resume();
    await within(5_000, () => events.includes('client end'));
    expect(atClient.length).toBe(size);
  });

  it('tells of a client that resets', async () => {
    client.resetAndDestroy();
    await within(1_000, () => events.includes('line close'));
  });
});

describe('drop', () => {
  it('holds bytes of both directions back and hands them over in order when it heals', async () => {
    line.setEffect(DROP);
    for (const part of ['a', 'b', 'c']) {
      client.write(part);
      line.write(part.toUpperCase());
      await pause(5);
    }
    await pause(GRACE_MS);
    expect([atServer, atClient]).toEqual(['', '']);
    line.setEffect(null);
    client.write('d');
    line.write('D');
    await within(1_000, () => atServer === 'abcd' && atClient === 'ABCD');
  });

  it('neither closes nor ends: what either side does to the connection is not seen', async () => {
    line.setEffect(DROP);
    line.end('farewell');
    line.destroy();
    await pause(GRACE_MS);
    expect(events.filter((event) => event.startsWith('client'))).toEqual([]);
    line.setEffect(null);
    await within(1_000, () => events.includes('client close'));
    expect(atClient).toBe('farewell');
  });

  it('keeps a client that went away for the server, until it heals', async () => {
    client.write('last');
    await within(1_000, () => atServer === 'last');
    line.setEffect(DROP);
    client.destroy();
    await pause(GRACE_MS);
    expect(events).not.toContain('line end');
    expect(events).not.toContain('line close');
    line.setEffect(null);
    await within(1_000, () => events.includes('line end'));
  });

  it('stops the sender when its buffers are full, and loses nothing', async () => {
    // More than the kernel takes for both ends.
    const size = 20_000_000;
    line.setEffect(DROP);
    line.write(Buffer.alloc(size, 'x'));
    client.write(Buffer.alloc(size, 'y'));
    await pause(GRACE_MS);
    expect(line.writableNeedDrain).toBe(true);
    expect(client.writableLength).toBeGreaterThan(0);
    line.setEffect(null);
    await within(5_000, () => atClient.length === size && atServer.length === size);
  });
});

describe('delay', () => {
  it('makes every chunk arrive later by as much, in order, each direction once', async () => {
    line.on('data', (chunk: Buffer) => line.write(chunk));
    line.setEffect(delay(300));
    const started = performance.now();
    const arrivals: number[] = [];
    client.on('data', () => arrivals.push(performance.now() - started));
    client.write('1');
    await pause(30);
    client.write('2');
    await within(2_000, () => atClient === '12');
    expect(arrivals[0]).toBeGreaterThanOrEqual(599);
    // The second follows after the time between the two, not after another six hundred.
    expect(arrivals.at(-1)! - arrivals[0]!).toBeLessThan(500);
    expect(arrivals.at(-1)).toBeGreaterThanOrEqual(628);
  });

  it('holds for what is under way when it changes, and heals at once', async () => {
    line.setEffect(delay(60_000));
    client.write('slow');
    await pause(GRACE_MS);
    expect(atServer).toBe('');
    line.setEffect(null);
    await within(1_000, () => atServer === 'slow');
  });

  it('after drop counts from the change', async () => {
    line.setEffect(DROP);
    client.write('late');
    await pause(GRACE_MS);
    line.setEffect(delay(80));
    expect(await within(2_000, () => atServer === 'late')).toBeGreaterThanOrEqual(70);
  });

  it('delays the end as well', async () => {
    line.setEffect(delay(80));
    line.end('bye');
    expect(await within(2_000, () => events.includes('client end'))).toBeGreaterThanOrEqual(70);
    expect(atClient).toBe('bye');
  });
});
