/**
 * The network of all tasks, in a process of its own: each task's own address leads to where its process listens, for
 * as long as it does. A process that ends takes its control connection with it, so its address refuses at once.
 */

import net from 'node:net';
import readline from 'node:readline';
import { Entrance } from '../../host/entrance.ts';
import { say } from '../../host/host-side.ts';
import type { Line } from '../../network/line.ts';
import type { NetworkRule } from '../../network/rule.ts';
import type { FromGateway, GatewaySetup, GatewayTask, ToGateway } from './messages.ts';

const tasks = new Map<string, GatewayTask>();
/** Those that take connections, and those whose last ones have not ended. */
const entrances = new Set<Entrance>();
let rules: readonly NetworkRule[] = [];

process.on('message', (message: ToGateway) => handle(message));
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));

function handle(message: ToGateway): void {
  switch (message.kind) {
    case 'setup':
      setUp(message.setup);
      break;
    case 'network':
      rules = message.rules;
      for (const entrance of entrances) entrance.setRules(rules);
      tell({ kind: 'network-holds', id: message.id });
      break;
    case 'add':
      tasks.set(message.task.id, message.task);
      break;
    default:
      tasks.delete(message.id);
      break;
  }
}

function setUp(setup: GatewaySetup): void {
  rules = setup.rules;
  for (const task of setup.tasks) tasks.set(task.id, task);
  const control = net.createServer((socket) => takeControl(socket));
  control.once('error', (error) => {
    tell({ kind: 'failed', why: error.message });
    process.exit(1);
  });
  control.listen(setup.controlPort, '127.0.0.1', () => {
    const { port } = control.address() as net.AddressInfo;
    tell({ kind: 'ready', controlPort: port });
  });
}

/** One connection stands for one port that a task listens on. */
function takeControl(socket: net.Socket): void {
  let entrance: Entrance | undefined;
  socket.on('error', () => undefined);
  readline.createInterface({ input: socket }).once('line', (line) => {
    const { task: id, port } = JSON.parse(line) as { task: string; port: number };
    const task = tasks.get(id);
    if (task === undefined || socket.destroyed) socket.destroy();
    else entrance = open(task, port);
  });
  socket.on('close', () => {
    if (entrance) void shut(entrance);
  });
}

function open(task: GatewayTask, port: number): Entrance {
  const entrance = new Entrance({
    address: task.address,
    port,
    onLine: (line, from) => forward(line, { host: task.hidden, port, localAddress: from }),
  });
  entrance.setRules(rules);
  entrances.add(entrance);
  entrance.listen().catch((error: Error) => {
    tell({ kind: 'unserved', task: task.id, port, why: error.message });
  });
  return entrance;
}

async function shut(entrance: Entrance): Promise<void> {
  await entrance.shut();
  entrances.delete(entrance);
}

/** From the client's own address, so that the task sees who asks. */
function forward(line: Line, to: net.TcpNetConnectOpts): void {
  const upstream = net.connect({ ...to, noDelay: true, allowHalfOpen: true });
  upstream.on('error', () => line.reset());
  upstream.on('close', () => {
    if (!line.writableEnded) line.end();
  });
  line.on('close', () => upstream.destroy());
  line.on('error', () => upstream.destroy());
  line.pipe(upstream);
  upstream.pipe(line);
}

function tell(message: FromGateway): void {
  say({ ...message });
}
