/**
 * The process of one DB instance, started by the supervisor: PostgreSQL below it, its TLS front inside it. One tree,
 * so that a fault (SIGKILL, SIGSTOP) hits the whole instance, as it hits a host on AWS.
 */

import type { ChildProcess } from 'node:child_process';
import { endEngine, hostWorld, leaveWith, Questions, say, tellStart } from '../host/host-side.ts';
import type { CommonToHost } from '../host/index.ts';
import { spawnChild } from '../kernel/index.ts';
import { FenceWatch } from './fence-watch.ts';
import { Front } from './front.ts';
import type { HostSetup, ToHost } from './host-protocol.ts';

let front: Front | undefined;
let engine: ChildProcess | undefined;
let forceTls = true;
let fenced = false;
const tokens = new Questions<string | null>();

process.on('message', (message: ToHost | CommonToHost<HostSetup>) => handle(message));
process.on('disconnect', () => end(0));
process.on('SIGTERM', () => end(0));

function handle(message: ToHost | CommonToHost<HostSetup>): void {
  switch (message.kind) {
    case 'setup':
      tellStart(start(message.setup), end);
      break;
    case 'admit':
      front?.admit();
      break;
    case 'shut':
      front?.shut();
      break;
    case 'fence':
      fenced = true;
      void leaveWith(front?.abandon() ?? [], engine);
      break;
    case 'force-tls':
      forceTls = message.value;
      break;
    case 'network':
      front?.setRules(message.rules);
      say({ kind: 'network-holds', id: message.id });
      break;
    default:
      tokens.answer(message.id, message.reason);
      break;
  }
}

async function start(setup: HostSetup): Promise<object> {
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
    verifyToken: (user, token) => tokens.ask((id) => ({ kind: 'verify-token', id, user, token })),
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
  return { enginePid: engine.pid };
}

/** The clients are cut before anything else: nothing PostgreSQL says from now on may reach them. */
function end(code: number): never {
  front?.destroy();
  endEngine(engine);
  process.exit(code);
}
