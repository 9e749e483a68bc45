/** ECS with a real endpoint, real identities and real tasks; a double of a balancer and of Cloud Map. */

import { createDns } from '../../../../proving/sandbox/dns/index.ts';
import { createEcs, type Ecs } from '../../../../proving/sandbox/ecs/index.ts';
import { createIdentity, type IdentityPart } from '../../../../proving/sandbox/identity/index.ts';
import type {
  BusEvent,
  ContainerTask,
  Enacted,
  MetricDatum,
  TargetGroups,
} from '../../../../proving/sandbox/kernel/index.ts';
import { createSecretsManager } from '../../../../proving/sandbox/services/secrets-manager/index.ts';
import { createEndpoint, type Endpoint } from '../../../../proving/sandbox/wire/index.ts';
import { livingChildren } from '../../../../proving/sandbox/kernel/index.ts';
import { engineWorld, type EngineWorld, eventually } from '../engine-stage.ts';
import { request, TRUST_ECS } from './fixture.ts';
import { ask, Balancer } from './balancer.ts';

export const REGION = 'us-east-1';
export const GROUP = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/1';
export const REGISTRY = 'arn:aws:servicediscovery:us-east-1:123456789012:service/srv-1';
/** A fortieth of AWS's times: a task starts within a second. */
const PACE = 40;
const ZONES: Readonly<Record<string, string>> = { 'subnet-a': 'a', 'subnet-b': 'b', 'subnet-c': 'c' };

export interface EcsStage {
  readonly ecs: Ecs;
  readonly engine: EngineWorld;
  readonly identity: IdentityPart;
  readonly endpoint: Endpoint;
  readonly balancer: Balancer;
  readonly instances: Map<string, Readonly<Record<string, string>>>;
  readonly events: BusEvent[];
  /** `<group> <stream> <line>` */
  readonly lines: string[];
  readonly metrics: readonly MetricDatum[];
  readonly roleArn: string;
  create(type: string, properties: object): Promise<Enacted>;
  update(type: string, physicalId: string, properties: object): Promise<Enacted>;
  remove(type: string, physicalId: string): Promise<void>;
  /** Those that run. */
  running(): readonly ContainerTask[];
  /** Resolves when those that run answer: a task without checks is taken for healthy before. */
  served(): Promise<unknown>;
  eventNames(): string[];
  /** The process that is the network of the tasks. */
  gatewayPid(): number;
  end(): Promise<void>;
}

/** @param targetGroups in place of the double of a balancer */
export async function openStage(targetGroups?: TargetGroups): Promise<EcsStage> {
  const engine = engineWorld(REGION, PACE);
  const { world } = engine;
  const identity = createIdentity(world);
  const endpoint = createEndpoint(world, { identity });
  const dns = createDns(world);
  const balancer = new Balancer();
  balancer.add(GROUP);
  const instances = new Map<string, Readonly<Record<string, string>>>();
  const events: BusEvent[] = [];
  const lines: string[] = [];
  const metrics: MetricDatum[] = [];
  const secrets = createSecretsManager(world, { findDatabase: () => undefined });
  const ecs = createEcs(world, {
    identity,
    secrets,
    events: { publish: (event) => void events.push(event) },
    logs: { write: (...line) => void lines.push(line.join(' ')) },
    metrics: { put: (datum) => void metrics.push(datum) },
    targetGroups: targetGroups ?? balancer,
    instances: {
      register: (_service, id, attributes) => void instances.set(id, attributes),
      deregister: (_service, id) => void instances.delete(id),
    },
    routes: endpoint,
    endpointUrl: () => endpoint.addressUrl,
    dns: () => dns.environment(),
    caFile: () => '/nowhere/ca.pem',
    zoneOf: (subnet) => (ZONES[subnet] === undefined ? null : `${REGION}${ZONES[subnet]}`),
  });
  await dns.start?.();
  await endpoint.listen(0);
  for (const service of [...(identity.services ?? []), ...(ecs.services ?? [])]) endpoint.add(service);
  const provider = (type: string) =>
    [ecs, identity, secrets].flatMap((part) => part.providers ?? []).find((one) => one.type === type)!;
  const create = (type: string, properties: object) => provider(type).create(request(type, properties));
  const role = await create('AWS::IAM::Role', { RoleName: 'task-role', AssumeRolePolicyDocument: TRUST_ECS });
  return {
    ecs,
    engine,
    identity,
    endpoint,
    balancer,
    instances,
    events,
    lines,
    metrics,
    roleArn: String(role.attributes['Arn']),
    create,
    update: (type, physicalId, properties) =>
      provider(type).update({ ...request(type, properties), physicalId, previous: {} }),
    remove: (type, physicalId) => provider(type).delete({ ...request(type, {}), physicalId }),
    running: () => ecs.containerTasks().filter(({ status }) => status === 'RUNNING'),
    served: () =>
      eventually('tasks that answer', 20_000, async () => {
        const tasks = ecs.containerTasks().filter(({ status }) => status === 'RUNNING');
        const answers = await Promise.allSettled(tasks.map((task) => ask(task)));
        return answers.every(({ status }) => status === 'fulfilled');
      }),
    eventNames: () =>
      events.map(({ detail }) => detail['eventName']).filter((name) => typeof name === 'string'),
    gatewayPid: () => livingChildren(world.stateDir).find(({ name }) => name === 'ecs gateway')!.pid,
    async end() {
      balancer.close();
      await ecs.stop?.();
      await dns.stop?.();
      await endpoint.stop();
      engine.remove();
    },
  };
}

export { eventually };
