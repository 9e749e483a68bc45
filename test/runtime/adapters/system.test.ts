import net from 'node:net';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterEach, expect, it } from 'vitest';
import { systemClock } from '../../../runtime/index.ts';

/** Answers 10 ms after it was asked, from a thread of its own. */
const SERVER = `
  const { parentPort } = require('node:worker_threads');
  const server = require('node:net').createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes) => setTimeout(() => socket.write(bytes), 10));
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

const workers: Worker[] = [];
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.terminate();
});

/** Keeps this thread from doing anything else. */
function stall(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

it('an answer that has arrived while the process stood still is not late', async () => {
  const worker = new Worker(SERVER, { eval: true });
  workers.push(worker);
  const [port] = (await once(worker, 'message')) as [number];
  const socket = net.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const seen: string[] = [];
  const answered = once(socket, 'data').then(() => seen.push('answer'));
  const late = new Promise<void>((resolve) => {
    systemClock.after(50, () => {
      seen.push('late');
      resolve();
    });
  });
  socket.write('question');
  stall(200);
  await Promise.all([answered, late]);
  socket.destroy();
  expect(seen).toEqual(['answer', 'late']);
});

it('what was cancelled does not wake, not even in the turn in which it was due', async () => {
  const woken: string[] = [];
  const cancel = systemClock.after(5, () => woken.push('cancelled'));
  setTimeout(cancel, 6);
  stall(30);
  await new Promise<void>((resolve) => {
    systemClock.after(15, resolve);
  });
  expect(woken).toEqual([]);
});
