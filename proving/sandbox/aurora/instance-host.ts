/**
 * The process of one DB instance, started by the supervisor: PostgreSQL below it, its TLS front inside it. One tree,
 * so that a fault (SIGKILL, SIGSTOP) hits the whole instance, as it hits a host on AWS.
 */

import type { ChildProcess } from 'node:child_process';
import type net from 'node:net';
import { spawnChild, type World } from '../kernel/index.ts';
import { FenceWatch } from './fence-watch.ts';
import { Front } from './front.ts';
import type { FromHost, HostSetup, ToHost } from './host-protocol.ts';
import { signalTree } from './process-tree.ts';

let front: Front | undefined;
let engine: ChildProcess | undefined;
let forceTls = true;
let questions = 0;
let fenced = false;
const waiting = new Map<number, (reason: string | null) => void>();

process.on('message', (message: ToHost) => handle(message));
process.on('disconnect', () => end(0));
process.on('SIGTERM', () => end(0));

function handle(message: ToHost): void {
  switch (message.kind) {
    case 'setup':
      start(message.setup).then(
        (enginePid) => say({ kind: 'ready', enginePid }),
        (error: unknown) => {
          say({ kind: 'failed', why: error instanceof Error ? error.message : String(error) });
          end(1);
        },
      );
      break;
    case 'admit':
      front?.admit();
      break;
    case 'shut':
      front?.shut();
      break;
    case 'fence':
      void fence();
      break;
    case 'force-tls':
      forceTls = message.value;
      break;
    case 'network':
      front?.setRules(message.rules);
      say({ kind: 'network-holds', id: message.id });
      break;
    case 'token-verdict':
      waiting.get(message.id)?.(message.reason);
      waiting.delete(message.id);
      break;
    default:
      break;
  }
}

async function start(setup: HostSetup): Promise<number> {
  forceTls = setup.forceTls;
  const watch = new FenceWatch(setup.fenceMark, () => end(0));
  front = new Front({
    address: setup.address,
    port: setup.port,
    keyPem: setup.keyPem,
    certificatePem: setup.certificatePem,
    socketPath: setup.socketPath,
    forceTls: () => forceTls,
    beforeAnswer: () => watch.look(),
    verifyToken: askSupervisor,
  });
  front.setRules(setup.networkRules);
  await front.listen();
  engine = spawnChild(hostWorld(setup), {
    name: `postgres ${setup.name}`,
    command: setup.postgres,
    args: ['-D', setup.dataFolder],
    env: { LC_ALL: 'C', TZ: 'UTC' },
    cwd: setup.dataFolder,
    unprivileged: true,
  });
  engine.once('error', () => end(1));
  engine.once('exit', () => {
    if (!fenced) end(1);
  });
  if (engine.pid === undefined) throw new Error('PostgreSQL could not be started');
  return engine.pid;
}

function askSupervisor(user: string, token: string): Promise<string | null> {
  return new Promise((resolve) => {
    const id = ++questions;
    waiting.set(id, resolve);
    say({ kind: 'verify-token', id, user, token });
  });
}

function say(message: FromHost): void {
  if (process.connected) process.send?.(message);
}

/** Ends with what this instance is, and hands over the connections whose clients must not see it. */
async function fence(): Promise<void> {
  fenced = true;
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

/** The clients are cut before anything else: nothing PostgreSQL says from now on may reach them. */
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
