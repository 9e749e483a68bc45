/** A drill's view of what clients come through: the door, tasks, balancers, records and deployments. */

import { output, type Outputs } from '../../../ops/outputs.ts';
import { readFrontRecords } from '../../../ops/records.ts';
import type { Target } from '../../../ops/target.ts';
import type { Door, EdgeNode, FrontPlace } from '../../../proving/drills/index.ts';
import type { BalancerNode, SandboxClient } from '../../../proving/sandbox/index.ts';
import { PROBER, zonesOf } from '../probers.ts';
import { deployments } from './deployments.ts';
import { untilFrontHealthy } from './healthy.ts';
import { frontOf, type Front } from './outputs.ts';
import { serviceTask } from './tasks.ts';

export interface FrontPlaceOptions {
  readonly client: SandboxClient;
  readonly target: Target;
  readonly outputs: Outputs;
  /** PEM of whom clients trust. */
  readonly ca: string;
  /** Id of the CDK stage. */
  readonly stage: string;
  say(line: string): void;
}

/** Listens without TLS: whoever asks whether an address answers need not shake hands. */
const PLAIN_PORT = 80;
/** Operations of Route 53 that change nothing. */
const READS = /^(List|Get|Test)/;

/** Null where the environment has no edge. */
export function frontPlace(options: FrontPlaceOptions): FrontPlace | null {
  const { client, target, outputs, ca, stage, say } = options;
  const front = frontOf(outputs);
  if (front === null) return null;
  const { card } = client;
  const door: Door = { url: front.url, dns: card.dns, ca };
  const records: FrontPlace['records'] = async (sinceMs) => {
    const status = await client.status();
    if (!status.functionsEnabled) return null;
    const table = output(outputs, 'StateTableName');
    const env = output(outputs, 'Environment');
    const { frontTable } = front;
    return readFrontRecords(target, { table, frontTable, env, zones: zonesOf(status), sinceMs });
  };
  return {
    door,
    records,
    tasks: async () => (await client.status()).containerTasks.flatMap((task) => serviceTask(task, front)),
    nodes: async () => (await client.status()).balancerNodes.flatMap((node) => edgeNode(node, front)),
    route53Changes: async () => {
      const counts = (await client.status()).apiCalls['route53'] ?? {};
      const changes = Object.entries(counts).filter(([operation]) => !READS.test(operation));
      return changes.reduce((sum, [, { calls }]) => sum + calls, 0);
    },
    proberPids: async (az) => {
      const processes = await client.functionProcesses();
      return processes.filter(({ name }) => name === `${PROBER}${az}`).map(({ pid }) => pid);
    },
    ...deployments({ card, stage, say }),
    healthy: (timeoutMs) => untilFrontHealthy({ client, target, front, door, records }, timeoutMs),
  };
}

function edgeNode(node: BalancerNode, { balancers }: Front): readonly EdgeNode[] {
  const { id, balancerArn, az, address, ports, pid } = node;
  if (pid === null || !balancers.includes(balancerArn)) return [];
  const port = ports.includes(PLAIN_PORT) ? PLAIN_PORT : ports[0]!;
  return [{ id, isPrimary: balancerArn === balancers[0], az, address, port, pid }];
}
