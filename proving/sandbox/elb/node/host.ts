/** The process of one node of a balancer, started by the supervisor. It is the whole node: a fault of it is the node's. */

import { say, tellStart } from '../../host/host-side.ts';
import type { CommonToHost } from '../../host/index.ts';
import type { NodeSetup, ToNode } from '../node-protocol.ts';
import { BalancerNode } from './balancer-node.ts';

let node: BalancerNode | undefined;
/** Configurations hold one after the other. */
let queue: Promise<void> = Promise.resolve();

process.on('message', (message: ToNode | CommonToHost<NodeSetup>) => handle(message));
process.on('disconnect', () => end(0));
process.on('SIGTERM', () => end(0));

function handle(message: ToNode | CommonToHost<NodeSetup>): void {
  switch (message.kind) {
    case 'setup':
      tellStart(start(message.setup), end);
      break;
    case 'network':
      node?.setRules(message.rules);
      say({ kind: 'network-holds', id: message.id });
      break;
    case 'ping':
      say({ kind: 'pong', id: message.id });
      break;
    default:
      queue = queue.then(async () => {
        const faults = (await node?.configure(message.config)) ?? [];
        say({ kind: 'configured', id: message.id, faults });
      });
      break;
  }
}

async function start(setup: NodeSetup): Promise<object> {
  node = new BalancerNode(setup, (message) => say({ ...message }));
  const [fault] = await node.configure(setup.config);
  if (fault !== undefined) throw new Error(`port ${fault.port}: ${fault.code}`);
  return {};
}

function end(code: number): never {
  process.exit(code);
}
