/**
 * The process of one cache node, started by the supervisor: the server below it, its TLS front inside it. One tree, so
 * that a fault (SIGKILL, SIGSTOP) hits the whole node, as it hits a host on AWS.
 */

import type { ChildProcess } from 'node:child_process';
import net from 'node:net';
import { pause } from '../aurora/poll.ts';
import { endEngine, hostWorld, leaveWith, Questions, say, tellStart } from '../host/host-side.ts';
import type { CommonToHost } from '../host/index.ts';
import { spawnChild } from '../kernel/index.ts';
import { Front } from './front.ts';
import type { HostSetup, LoginVerdict, ToHost } from './host-protocol.ts';

const START_MS_MAX = 15_000;
const LOOK_MS = 5;

let front: Front | undefined;
let engine: ChildProcess | undefined;
let leaving = false;
const logins = new Questions<LoginVerdict>();

process.on('message', (message: ToHost | CommonToHost<HostSetup>) => handle(message));
process.on('disconnect', () => end(0));
process.on('SIGTERM', () => end(0));

function handle(message: ToHost | CommonToHost<HostSetup>): void {
  switch (message.kind) {
    case 'setup':
      tellStart(start(message.setup), end);
      break;
    case 'leave':
      leaving = true;
      void leaveWith(front?.abandon() ?? [], engine);
      break;
    case 'network':
      front?.setRules(message.rules);
      say({ kind: 'network-holds', id: message.id });
      break;
    default:
      logins.answer(message.id, message.verdict);
      break;
  }
}

/** A node that starts refuses connections until its server takes some. */
async function start(setup: HostSetup): Promise<object> {
  engine = spawnChild(hostWorld(setup), {
    name: `cache ${setup.name}`,
    command: setup.server.file,
    args: [setup.configFile],
    env: { LC_ALL: 'C', TZ: 'UTC', ...setup.server.env },
    cwd: setup.dataFolder,
    unprivileged: true,
  });
  engine.once('error', () => end(1));
  engine.once('exit', () => {
    if (!leaving) end(1);
  });
  const verifyLogin = (user: string, password: string): Promise<LoginVerdict> =>
    logins.ask((id) => ({ kind: 'login', id, user, password }));
  front = new Front({ ...setup, verifyLogin });
  front.setRules(setup.networkRules);
  await untilAccepting(setup.socketPath);
  await front.listen();
  return {};
}

async function untilAccepting(socketPath: string): Promise<void> {
  const deadline = performance.now() + START_MS_MAX;
  while (!(await accepts(socketPath))) {
    if (performance.now() > deadline) throw new Error('the cache server does not start');
    await pause(LOOK_MS);
  }
}

function accepts(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = net.connect(socketPath, () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
}

function end(code: number): never {
  front?.destroy();
  endEngine(engine);
  process.exit(code);
}
