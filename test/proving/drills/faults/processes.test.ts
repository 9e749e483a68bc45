import { spawn, type ChildProcess } from 'node:child_process';
import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { hang } from '../../../../proving/drills/faults/hang.ts';
import { kill } from '../../../../proving/drills/faults/kill.ts';
import { processTree, stateOf } from '../../../../proving/drills/faults/processes.ts';
import type { Member } from '../../../../proving/drills/model.ts';

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

describe('a fault of processes', () => {
  it('F-01: kill ends the whole tree, and is verified by a refused connection', async () => {
    const { member, child } = await start();
    const fault = kill(member, now);
    expect(await fault.verify()).toBe(true);
    for (const pid of [member.pid, child]) expect([null, 'Z']).toContain(stateOf(pid));
  });

  it('F-02: hang stops the whole tree, is verified by state T, and release wakes it', async () => {
    const { member, child } = await start();
    const fault = hang(member, now);
    expect(await fault.verify()).toBe(true);
    expect(stateOf(child)).toBe('T');
    await fault.release();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(stateOf(member.pid)).not.toBe('T');
  });

  it('F-02: a hang is not verified when the processes were woken meanwhile', async () => {
    const { member, child } = await start();
    const fault = hang(member, now);
    process.kill(child, 'SIGCONT');
    expect(await fault.verify()).toBe(false);
    await fault.release();
  });

  it('is not verified when somebody still accepts connections', async () => {
    const { member } = await start();
    const other = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const port = (other.address() as net.AddressInfo).port;
    expect(await kill({ ...member, port }, now).verify()).toBe(false);
    other.close();
  });
});
