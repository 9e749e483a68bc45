import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../../../house/source.ts';

const MODULE = path.join(ROOT, 'proving/sandbox/network/reset.ts');
const ENDS_MS_MAX = 20_000;

/** A server that resets a connection right after it has begun to end it, and a process that then wants to end. */
const CODE = `
import net from 'node:net';
import { resetConnection } from ${JSON.stringify(MODULE)};
const server = net.createServer({ allowHalfOpen: true }, (socket) => {
  socket.on('error', (error) => console.log('error ' + error.code));
  socket.once('data', () => {
    socket.end('x');
    resetConnection(socket);
  });
});
server.listen(0, '127.0.0.1', () => {
  const client = net.connect(server.address().port, '127.0.0.1', () => client.write('hi'));
  client.on('error', () => undefined);
  client.on('close', () => server.close());
  client.resume();
});
`;

it('a process that reset a connection while it ended can end itself', async () => {
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', CODE], { stdio: 'pipe' });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const force = setTimeout(() => child.kill('SIGKILL'), ENDS_MS_MAX);
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  clearTimeout(force);
  expect([code, signal, said]).toEqual([0, null, '']);
});
