/**
 * The process of one cache node, started by the supervisor: the server below it, its TLS front inside it. One tree, so
 * that a fault (SIGKILL, SIGSTOP) hits the whole node, as it hits a host on AWS.
 */

import type { ChildProcess } from 'node:child_process';
import net from 'node:net';
import { pause } from '../aurora/poll.ts';
import { signalTree } from '../aurora/process-tree.ts';
import { spawnChild, type World } from '../kernel/index.ts';
import { Front } from './front.ts';
import type { FromHost, HostSetup, LoginVerdict, ToHost } from './host-protocol.ts';

const START_MS_MAX = 15_000;
const LOOK_MS = 5;

let front: Front | undefined;
let engine: ChildProcess | undefined;
let questions = 0;
let leaving = false;
const waiting = new Map<number, (verdict: LoginVerdict) => void>();

process.on('message', (message: ToHost) => handle(message));
process.on('disconnect', () => end(0));
process.on('SIGTERM', () => end(0));

function handle(message: ToHost): void {
  switch (message.kind) {
    case 'setup':
      start(message.setup).then(
        () => say({ kind: 'ready' }),
        (error: unknown) => {
          say({ kind: 'failed', why: error instanceof Error ? error.message : String(error) });
          end(1);
        },
      );
      break;
    case 'leave':
      void leave();
      break;
    case 'network':
      front?.setRules(message.rules);
      say({ kind: 'network-holds', id: message.id });
      break;
    default:
      waiting.get(message.id)?.(message.verdict);
      waiting.delete(message.id);
      break;
  }
}

/** A node that starts refuses connections until its server takes some. */
async function start(setup: HostSetup): Promise<void> {
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
  front = new Front({ ...setup, verifyLogin: askSupervisor });
  front.setRules(setup.networkRules);
  await untilAccepting(setup.socketPath);
  await front.listen();
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

function askSupervisor(user: string, password: string): Promise<LoginVerdict> {
  return new Promise((resolve) => {
    const id = ++questions;
    waiting.set(id, resolve);
    say({ kind: 'login', id, user, password });
  });
}

function say(message: FromHost): void {
  if (process.connected) process.send?.(message);
}

/** Ends, and hands over the connections whose clients must not see it. */
async function leave(): Promise<void> {
  leaving = true;
  const cutOff = front?.abandon() ?? [];
  if (engine?.pid !== undefined) signalTree(engine.pid, 'SIGKILL');
  await Promise.all(cutOff.map(handOver));
  process.exit(0);
}

function handOver(socket: net.Socket): Promise<void> {
  const message: FromHost = { kind: 'cut-off', from: socket.remoteAddress ?? '' };
  return new Promise((resolve) => {
    if (process.connected) process.send?.(message, socket, {}, () => resolve());
    else resolve();
  });
}

function end(code: number): never {
  front?.destroy();
  if (engine?.pid !== undefined) signalTree(engine.pid, 'SIGKILL');
  process.exit(code);
}

/** The part of the world that starting a child needs. */
function hostWorld(setup: HostSetup): World {
  return {
    accountId: '',
    region: '',
    partition: 'aws',
    urlSuffix: 'amazonaws.com',
    pace: 'fast',
    managed: (ms) => ms,
    now: () => Date.now(),
    stateDir: setup.stateDir,
    unprivileged: setup.unprivileged,
    log: () => undefined,
  };
}
