import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { livingChildren, type Identity, type World } from '../../../../proving/sandbox/kernel/index.ts';
import { createTaskRunner, type TaskRunner } from '../../../../proving/sandbox/tasks/task-runner.ts';
import { temporaryWorld } from '../world.ts';

let world: World;
let remove: () => void;
let runner: TaskRunner;

const identity = {
  issueForRole: (roleArn: string, name: string) => ({
    accessKeyId: `key of ${name} as ${roleArn}`,
    secretAccessKey: 's',
    sessionToken: 't',
    expiration: new Date(0),
  }),
} as unknown as Identity;

beforeEach(() => {
  ({ world, remove } = temporaryWorld());
  const preload = path.join(world.stateDir, 'preload.cjs');
  fs.writeFileSync(preload, '');
  const ca = path.join(world.stateDir, 'ca.pem');
  fs.writeFileSync(ca, '');
  runner = createTaskRunner(world, {
    identity,
    endpointUrl: () => 'http://127.0.0.1:9',
    dns: () => ({ NODE_OPTIONS: `--require=${preload}` }),
    caFile: () => ca,
    sourceAddress: (name) => (name === 'shop' ? '127.200.1.7' : '127.200.1.8'),
  });
});

afterEach(async () => {
  await runner.stop!();
  remove();
});

function entry(code: string): string {
  const file = path.join(world.stateDir, 'app.mjs');
  fs.writeFileSync(file, code);
  return file;
}

const SERVES = `
import http from 'node:http';
const server = http.createServer((q, s) => s.end(process.env.AWS_ACCESS_KEY_ID + ' ' + process.env.AWS_ENDPOINT_URL));
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ listening: server.address().port })));
process.on('SIGTERM', () => process.exit(0));
`;

describe('a task', () => {
  it('runs with the credentials of its role and the endpoint of the sandbox, and ends', async () => {
    const task = await runner.run({ name: 'shop', roleArn: 'role-a', entry: entry(SERVES), env: {} });
    const text = await (await fetch(`http://127.0.0.1:${task.port}/`)).text();
    expect(text).toBe('key of shop as role-a http://127.0.0.1:9');
    expect(await runner.run({ name: 'shop', roleArn: 'role-a', entry: entry(SERVES), env: {} })).toEqual(
      task,
    );
    await runner.end('shop');
    expect(runner.list()).toEqual([]);
    expect(livingChildren(world.stateDir)).toEqual([]);
  });

  it('connects to members from an address of its own', async () => {
    const app = entry(`
import http from 'node:http';
import net from 'node:net';
const member = net.createServer((socket) => socket.end(socket.remoteAddress));
member.listen(0, '127.99.1.1');
const server = http.createServer((q, s) => net.connect(member.address().port, '127.99.1.1').pipe(s));
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ listening: server.address().port })));
`);
    for (const [name, address] of [
      ['shop', '127.200.1.7'],
      ['control', '127.200.1.8'],
    ] as const) {
      const task = await runner.run({ name, roleArn: 'r', entry: app, env: {} });
      expect(await (await fetch(`http://127.0.0.1:${task.port}/`)).text()).toBe(address);
    }
  });

  it('is one of several of the same application, each with a process and a key of its own', async () => {
    const app = entry(SERVES);
    const names = ['shop', 'shop-2', 'shop-3'];
    const tasks = await Promise.all(
      names.map((name) => runner.run({ name, roleArn: 'r', entry: app, env: {} })),
    );
    expect(new Set(tasks.map(({ pid }) => pid)).size).toBe(3);
    for (const { name, port } of tasks) {
      const [key] = (await (await fetch(`http://127.0.0.1:${port}/`)).text()).split(' http');
      expect(runner.taskOf(key!)).toBe(name);
    }
    expect(runner.taskOf('of nobody')).toBeNull();
    await runner.stop!();
    expect(livingChildren(world.stateDir)).toEqual([]);
  });

  it('that is killed is seen to be gone, and is not started again', async () => {
    const app = entry(SERVES);
    const one = await runner.run({ name: 'shop', roleArn: 'r', entry: app, env: {} });
    const two = await runner.run({ name: 'shop-2', roleArn: 'r', entry: app, env: {} });
    process.kill(two.pid, 'SIGKILL');
    await expect.poll(() => runner.list(), { timeout: 3000 }).toEqual([one]);
    expect(runner.taskOf('key of shop-2 as r')).toBeNull();
    await expect(fetch(`http://127.0.0.1:${two.port}/`)).rejects.toThrow();
    const again = await runner.run({ name: 'shop-2', roleArn: 'r', entry: app, env: {} });
    expect(again.pid).not.toBe(two.pid);
  });

  it('that is stopped by a signal ends with the sandbox all the same', async () => {
    const { pid } = await runner.run({ name: 'shop', roleArn: 'r', entry: entry(SERVES), env: {} });
    process.kill(pid, 'SIGSTOP');
    await runner.stop!();
    expect(livingChildren(world.stateDir)).toEqual([]);
  });

  it('is started once however often it is asked for at one time', async () => {
    const request = { name: 'shop', roleArn: 'r', entry: entry(SERVES), env: {} };
    const [one, two] = await Promise.all([runner.run(request), runner.run(request)]);
    expect(two).toEqual(one);
    await runner.end('shop');
    expect(livingChildren(world.stateDir)).toEqual([]);
  });

  it('that does not serve yet ends with the sandbox, too', async () => {
    const app = entry('setInterval(() => undefined, 1000);');
    const starting = runner.run({ name: 'shop', roleArn: 'r', entry: app, env: {} });
    const told = expect(starting).rejects.toMatchObject({ code: 'task-failed' });
    await expect.poll(() => livingChildren(world.stateDir).length, { timeout: 3000 }).toBe(1);
    expect(runner.list()).toEqual([]);
    await runner.stop!();
    await told;
    expect(livingChildren(world.stateDir)).toEqual([]);
  });

  it('fails with the last words of an application that ends at once', async () => {
    const app = entry(`console.error('no such database'); process.exit(4);`);
    await expect(runner.run({ name: 'shop', roleArn: 'r', entry: app, env: {} })).rejects.toThrow(
      /code 4[\s\S]*no such database/,
    );
  });
});
