import { spawn, type ChildProcess } from 'node:child_process';
import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { inject, processTree, release, stateOf, verify } from '../../../proving/drills/faults.ts';
import type { Member } from '../../../proving/drills/model.ts';

/** A parent with a child; the parent listens, as an instance host does. */
const PARENT = `
const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(()=>{},1000)'], { stdio: 'ignore', detached: true });
const server = require('node:net').createServer((s) => s.on('error', () => {})).listen(0, '127.0.0.1', () => process.send({ port: server.address().port, child: child.pid }));
`;

let root: ChildProcess | undefined;

afterEach(() => {
  if (root?.pid === undefined) return;
  for (const pid of processTree(root.pid)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Gone already: that is what the test was about.
    }
  }
});

async function start(): Promise<{ member: Member; child: number }> {
  root = spawn(process.execPath, ['-e', PARENT], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  const { port, child } = await new Promise<{ port: number; child: number }>((resolve) =>
    root!.once('message', (m) => resolve(m as never)),
  );
  const member: Member = {
    id: 'm',
    role: 'reader',
    az: 'a',
    status: 'available',
    address: '127.0.0.1',
    port,
    endpoint: 'm',
    pid: root.pid!,
  };
  return { member, child };
}

const now = (): number => performance.now();

describe('a fault', () => {
  it('F-01: kill ends the whole tree, and is verified by a refused connection', async () => {
    const { member, child } = await start();
    const fault = inject('kill', member, now);
    expect(fault.pids).toEqual(expect.arrayContaining([member.pid, child]));
    expect(await verify(fault, member, now)).toBe(true);
    expect([null, 'Z']).toContain(stateOf(child));
  });

  it('F-02: hang stops the whole tree, is verified by state T, and release wakes it', async () => {
    const { member, child } = await start();
    const fault = inject('hang', member, now);
    expect(await verify(fault, member, now)).toBe(true);
    expect(stateOf(child)).toBe('T');
    release(fault);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(stateOf(member.pid)).not.toBe('T');
  });

  it('is not verified when somebody still accepts connections', async () => {
    const { member } = await start();
    const other = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const port = (other.address() as net.AddressInfo).port;
    const fault = inject('kill', member, now);
    expect(await verify(fault, { ...member, port }, now)).toBe(false);
    other.close();
  });
});
