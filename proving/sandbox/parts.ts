/** Wires the parts of the sandbox to each other. */

import { type Acm, createAcm } from './acm/index.ts';
import { createAurora, type Aurora } from './aurora/index.ts';
import { type CloudMap, createCloudMap } from './cloud-map/index.ts';
import { createCloudFormation, type CloudFormation } from './cloudformation/index.ts';
import { createCloudWatch, type CloudWatch } from './cloudwatch/index.ts';
import { createDns, LOOKUP_PRELOAD, type Dns, type DnsOptions } from './dns/index.ts';
import { createDynamoDb } from './dynamodb/index.ts';
import { createEcs, type Ecs, type EcsPorts } from './ecs/index.ts';
import { createElastiCache, type ElastiCache } from './elasticache/index.ts';
import { createLoadBalancing, type LoadBalancing, type LoadBalancingPorts } from './elb/index.ts';
import { createEvents } from './events/index.ts';
import { createIdentity, type IdentityPart } from './identity/index.ts';
import type {
  BusEvent,
  EventBus,
  FunctionInvoker,
  MetricSink,
  Part,
  ResourceProvider,
  World,
} from './kernel/index.ts';
import { createLambda, type Lambda } from './lambda/index.ts';
import { createLogs } from './logs/index.ts';
import { Sources } from './network/sources.ts';
import { createQueues } from './queues/index.ts';
import { createScheduler } from './scheduler/index.ts';
import { createS3 } from './services/s3/index.ts';
import { createSecretsManager } from './services/secrets-manager/index.ts';
import { createSsm } from './services/ssm/index.ts';
import { createTaskRunner, type TaskRunner } from './tasks/task-runner.ts';
import { createCertificateAuthority, type CertificateAuthority } from './tls/index.ts';
import { createTopics } from './topics/index.ts';
import { createEndpoint, type Endpoint } from './wire/index.ts';
import { createZonalShift, type ZonalShiftPorts } from './zonal-shift/index.ts';

export interface Parts {
  readonly endpoint: Endpoint;
  readonly identity: IdentityPart;
  readonly dns: Dns;
  readonly authority: CertificateAuthority;
  readonly cloudFormation: CloudFormation;
  readonly lambda: Lambda;
  readonly cloudWatch: CloudWatch;
  readonly sources: Sources;
  readonly aurora: Aurora;
  readonly elastiCache: ElastiCache;
  readonly ecs: Ecs;
  readonly loadBalancing: LoadBalancing;
  readonly tasks: TaskRunner;
  /** In the order in which they start; they stop in the reverse order. */
  readonly all: readonly Part[];
}

/**
 * @param onEvent hears every event of the bus before its rules do
 * @param say hears of what takes long
 */
export function createParts(
  world: World,
  zones: readonly string[],
  onEvent: (event: BusEvent) => void = () => undefined,
  say: (line: string) => void = () => undefined,
): Parts {
  const authority = createCertificateAuthority(world);
  const identity = createIdentity(world, { functionOf: (roleArn) => lambda.functionOf(roleArn) });
  const endpoint = createEndpoint(world, { identity, taskOf: (key) => tasks.taskOf(key) ?? ecs.taskOf(key) });
  const { dns, ...naming } = createNaming(world, authority, {
    balancers: () => loadBalancing.balancers,
    alarmData: (name) => cloudWatch.alarmData(name),
  });
  const sources = new Sources();

  // Lambda, CloudWatch and the event bus need each other, so each is reached through what it will be.
  let lambda: Lambda;
  let cloudWatch: CloudWatch;
  const invoker: FunctionInvoker = {
    invoke: (...call) => lambda.invoke(...call),
    invokeAsync: (...call) => lambda.invokeAsync(...call),
  };
  const metrics: MetricSink = { put: (datum) => cloudWatch.put(datum) };
  const events = tapped({ publish: (event) => eventRules.publish(event) }, onEvent);

  const { s3, ssm, queues, topics, dynamoDb, logs } = createStores(world, { events, invoker, metrics });
  const network = {
    endpointUrl: () => endpoint.addressUrl,
    dns: () => ({ server: dns.stub, zones: ['amazonaws.com'], preload: LOOKUP_PRELOAD }),
    caFile: () => authority.caFile,
  };
  const stores = { objects: s3, queues, topics, streams: dynamoDb };
  const zoneOfSubnet = (subnetId: string) => zoneOf(cloudFormation, subnetId);
  const sourceAddress = (name: string, subnet: string) => sources.ofFunction(name, zoneOfSubnet(subnet));
  lambda = createLambda(world, { ...stores, ...network, sourceAddress, identity, metrics, logs });
  cloudWatch = createCloudWatch(world, { invoker, topics });
  const eventRules = createEvents(world, { functions: invoker, queues, topics });
  const scheduler = createScheduler(world, { functions: invoker, identity, queues });
  const secrets = createSecretsManager(world, { findDatabase: (_type, id) => aurora.connectionOf(id) });
  const kept = { names: dns.names, secrets, tls: authority };
  const aurora = createAurora(world, { ...kept, identity, events, metrics });
  const elastiCache = createElastiCache(world, { names: dns.names, tls: authority, identity, metrics, say });
  const taskNetwork = { ...network, dns: () => dns.environment() };
  const tasks = createTaskRunner(world, { ...taskNetwork, identity, sourceAddress: sources.ofTask });

  const served = { names: dns.names, buckets: s3, routes: endpoint, zoneOf: zoneOfSubnet };
  const told = { identity, events, logs, metrics, secrets };
  const { loadBalancing, ecs } = createFront(world, { ...taskNetwork, ...naming, ...served, ...told });

  const stateful = [identity, s3, ssm, secrets, queues, topics, dynamoDb, logs];
  const engines = [cloudWatch, eventRules, aurora, elastiCache, loadBalancing];
  const enacting: readonly Part[] = [...naming.parts, ...stateful, ...engines, lambda, scheduler];
  const foundation = { objects: s3, parameters: ssm, secrets, invoker, routes: endpoint, events, zones };
  const providers = providersOf([...enacting, ecs]);
  const cloudFormation = createCloudFormation(world, { ...foundation, providers });
  // CloudFormation waits for stable services: stopped first, tasks end that wait.
  const all = [...enacting, cloudFormation, ecs, tasks];
  for (const part of all) for (const service of part.services ?? []) endpoint.add(service);
  const running = { aurora, elastiCache, loadBalancing, ecs, cloudFormation, cloudWatch, lambda };
  return { endpoint, identity, dns, authority, sources, tasks, ...running, all };
}

type FrontPorts = Omit<LoadBalancingPorts, 'certificates'> &
  Omit<EcsPorts, 'targetGroups' | 'instances'> & { readonly acm: Acm; readonly cloudMap: CloudMap };

/** The balancers, and the tasks that stand behind them. */
function createFront(world: World, ports: FrontPorts) {
  const { acm, cloudMap } = ports;
  const loadBalancing = createLoadBalancing(world, { ...ports, certificates: acm.certificates });
  const { targetGroups } = loadBalancing;
  const ecs = createEcs(world, { ...ports, targetGroups, instances: cloudMap.registry });
  return { loadBalancing, ecs };
}

function createStores(
  world: World,
  ports: { readonly events: EventBus; readonly invoker: FunctionInvoker; readonly metrics: MetricSink },
) {
  const { events: bus, invoker: functions, metrics } = ports;
  const queues = createQueues(world, { metrics });
  return {
    s3: createS3(world),
    ssm: createSsm(world, { bus }),
    queues,
    topics: createTopics(world, { functions, queues }),
    dynamoDb: createDynamoDb(world),
    logs: createLogs(world, { metrics }),
  };
}

/** What gives things their names: DNS, and the certificates and registries that hold by it. */
function createNaming(world: World, tls: CertificateAuthority, ports: DnsOptions & ZonalShiftPorts) {
  const dns = createDns(world, ports);
  const acm = createAcm(world, { tls, zones: dns.hostedZones });
  const cloudMap = createCloudMap(world);
  return { dns, acm, cloudMap, parts: [dns, acm, cloudMap, createZonalShift(world, ports)] };
}

function providersOf(parts: readonly Part[]): Map<string, ResourceProvider> {
  return new Map(parts.flatMap((part) => part.providers ?? []).map((provider) => [provider.type, provider]));
}

/** The zone of a subnet that a template made; null for one that is only named. */
function zoneOf(cloudFormation: CloudFormation, subnetId: string): string | null {
  const subnet = cloudFormation.resources().find(({ physicalId }) => physicalId === subnetId);
  const zone = subnet?.attributes.AvailabilityZone;
  return typeof zone === 'string' ? zone : null;
}

function tapped(bus: EventBus, onEvent: (event: BusEvent) => void): EventBus {
  return {
    publish: (event) => {
      onEvent(event);
      bus.publish(event);
    },
  };
}
