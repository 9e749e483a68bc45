import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createDns, type Dns } from '../../../../proving/sandbox/dns/index.ts';
import { createLoadBalancing, type LoadBalancing } from '../../../../proving/sandbox/elb/index.ts';
import {
  type BalancerNode,
  type BalancerTarget,
  type Call,
  livingChildren,
  type MetricDatum,
  type Operation,
  type World,
} from '../../../../proving/sandbox/kernel/index.ts';
import { createCertificateAuthority } from '../../../../proving/sandbox/tls/index.ts';
import { type Answer, ask, type AskOptions, DOMAIN, eventually, freePort } from './client.ts';

export { DOMAIN, eventually, pause } from './client.ts';

export const REGION = 'us-east-1';
export const ZONES = [`${REGION}a`, `${REGION}b`, `${REGION}c`] as const;
export const CERTIFICATE = `arn:aws:acm:${REGION}:123456789012:certificate/demo`;
export const BUCKET = 'demo-logs';
const TARGET_FILE = path.join(import.meta.dirname, 'target-process.ts');

export interface TestTarget extends BalancerTarget {
  readonly id: string;
  readonly child: ChildProcess;
  /** Paths of requests that were given up by the balancer. */
  readonly aborted: readonly string[];
  /** Paths of requests that came, but for checks. */
  readonly arrived: readonly string[];
  setHealth(status: number): Promise<void>;
  /** Fails the checks from one address alone; null for nobody's. */
  setSickFor(address: string | null): Promise<void>;
  kill(): Promise<void>;
}

export interface Stage {
  readonly world: World;
  readonly balancing: LoadBalancing;
  readonly dns: Dns;
  readonly caPem: string;
  readonly metrics: readonly MetricDatum[];
  readonly objects: Map<string, Uint8Array>;
  readonly http: number;
  readonly https: number;
  readonly balancerArn: string;
  readonly dnsName: string;
  readonly groupArn: string;
  create(type: string, properties: Record<string, unknown>): Promise<any>;
  update(type: string, physicalId: string, properties: Record<string, unknown>): Promise<any>;
  remove(type: string, physicalId: string): Promise<void>;
  call(operation: string, input?: unknown): Promise<any>;
  target(zone?: number): Promise<TestTarget>;
  registered(zone?: number): Promise<TestTarget>;
  state(target: BalancerTarget): string;
  node(zone?: number): BalancerNode;
  ask(path: string, options?: AskOptions): Promise<Answer>;
  end(): Promise<void>;
}

export interface StageOptions {
  /** Divides AWS's times. @default 40 */
  readonly pace?: number;
  readonly groupAttributes?: Record<string, string>;
  readonly balancerAttributes?: Record<string, string>;
  readonly check?: Record<string, unknown>;
}

const attributes = (given: Record<string, string> = {}) =>
  Object.entries(given).map(([Key, Value]) => ({ Key, Value }));

export function request(type: string, properties: Record<string, unknown>, logicalId = 'Thing') {
  return {
    type,
    logicalId,
    stackName: 'Demo-Edge',
    stackId: 'arn:stack',
    properties,
    tags: [{ Key: 'stack', Value: 'Demo-Edge' }],
    generateName: () => `generated-${logicalId}`,
  };
}

/** A balancer over three zones with one target group; HTTPS and HTTP listeners on free ports. */
export async function openStage(options: StageOptions = {}): Promise<Stage> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'understudy-elb-'));
  fs.chmodSync(folder, 0o755);
  const pace = options.pace ?? 40;
  const world: World = {
    accountId: '123456789012',
    region: REGION,
    partition: 'aws',
    urlSuffix: 'amazonaws.com',
    pace: 'fast',
    managed: (ms) => ms / pace,
    now: () => Date.now(),
    stateDir: folder,
    unprivileged: null,
    log: () => undefined,
  };
  const authority = createCertificateAuthority(world);
  const issued = authority.issue([DOMAIN]);
  const dns = createDns(world);
  await dns.start?.();
  const metrics: MetricDatum[] = [];
  const objects = new Map<string, Uint8Array>();
  const balancing = createLoadBalancing(world, {
    names: dns.names,
    certificates: {
      material: (arn) => {
        if (arn !== CERTIFICATE) throw new Error(`no certificate ${arn}`);
        return { certificate: issued.certificatePem, privateKey: issued.keyPem };
      },
    },
    metrics: { put: (datum) => void metrics.push(datum) },
    buckets: { exists: (name) => name === BUCKET, put: (_bucket, key, body) => void objects.set(key, body) },
    zoneOf: (subnet) => ZONES.find((zone) => subnet === `subnet-${zone}`) ?? null,
  });
  const targets: TestTarget[] = [];
  const provider = (type: string) => {
    const found = balancing.providers?.find((one) => one.type === `AWS::ElasticLoadBalancingV2::${type}`);
    if (!found) throw new Error(`no provider of ${type}`);
    return found;
  };
  const create = (type: string, properties: Record<string, unknown>) =>
    provider(type).create(request(`AWS::ElasticLoadBalancingV2::${type}`, properties));
  const ports = { http: await freePort(), https: await freePort() };
  let last = 0;
  const subnetNet = 10 + Math.floor(Math.random() * 200);
  const stage = {
    world,
    balancing,
    dns,
    caPem: authority.caPem,
    metrics,
    objects,
    ...ports,
    balancerArn: '',
    dnsName: '',
    groupArn: '',
    create,
    update: (type: string, physicalId: string, properties: Record<string, unknown>) =>
      provider(type).update({
        ...request(`AWS::ElasticLoadBalancingV2::${type}`, properties),
        physicalId,
        previous: {},
      }),
    remove: (type: string, physicalId: string) =>
      provider(type).delete({ ...request(`AWS::ElasticLoadBalancingV2::${type}`, {}), physicalId }),
    async call(name: string, input: unknown = {}) {
      const found = balancing.services?.[0]?.operations[name];
      if (!found) throw new Error(`no operation ${name}`);
      return (found as unknown as Operation<unknown>).handle(input, {} as Call);
    },
    async target(zone = 0): Promise<TestTarget> {
      const address = `127.3.${subnetNet}.${++last}`;
      const child = fork(TARGET_FILE, [address, '0'], {
        execArgv: ['--disable-warning=ExperimentalWarning'],
        stdio: 'ignore',
      });
      const [aborted, arrived]: [string[], string[]] = [[], []];
      const acknowledged: (() => void)[] = [];
      child.on('message', (message: { aborted?: string; arrived?: string; done?: true }) => {
        if (message.aborted !== undefined) aborted.push(message.aborted);
        if (message.arrived !== undefined) arrived.push(message.arrived);
        if (message.done) acknowledged.shift()?.();
      });
      const tell = (message: object) =>
        new Promise<void>((done) => {
          acknowledged.push(done);
          child.send(message);
        });
      child.on('error', () => undefined);
      const [{ listening: port }] = (await once(child, 'message')) as [{ listening: number }];
      const az = ZONES[zone] ?? null;
      const target = {
        address,
        port,
        az,
        child,
        aborted,
        arrived,
        id: `${address}:${port}`,
        setHealth: (health: number) => tell({ health }),
        setSickFor: (sickFor: string | null) => tell({ sickFor }),
        async kill() {
          if (child.exitCode !== null || child.signalCode !== null) return;
          child.kill('SIGKILL');
          await once(child, 'exit');
        },
      };
      targets.push(target);
      return target;
    },
    async registered(zone = 0) {
      const target = await stage.target(zone);
      balancing.targetGroups.register(stage.groupArn, target);
      await eventually('it is healthy', () => stage.state(target) === 'healthy');
      return target;
    },
    state: (target: BalancerTarget) => balancing.targetGroups.stateOf(stage.groupArn, target),
    node(zone = 0) {
      const found = balancing.balancers.list().find(({ az }) => az === ZONES[zone]);
      if (!found) throw new Error(`no node in zone ${zone}`);
      return found;
    },
    ask: (url: string, asked: AskOptions = {}) => ask(stage, url, asked),
    async end() {
      await Promise.all(targets.map((target) => target.kill()));
      await balancing.stop?.();
      await dns.stop?.();
      const left = livingChildren(folder);
      fs.rmSync(folder, { recursive: true, force: true });
      if (left.length > 0) throw new Error(`processes left: ${JSON.stringify(left)}`);
    },
  };
  await deploy(stage, options);
  return stage;
}

async function deploy(
  stage: { -readonly [key in keyof Stage]: Stage[key] },
  options: StageOptions,
): Promise<void> {
  const balancer = await stage.create('LoadBalancer', {
    Name: 'demo-edge',
    Subnets: ZONES.map((zone) => `subnet-${zone}`),
    LoadBalancerAttributes: attributes(options.balancerAttributes),
  });
  stage.balancerArn = balancer.physicalId;
  stage.dnsName = balancer.attributes.DNSName;
  const group = await stage.create('TargetGroup', {
    Name: 'demo-web',
    Port: 8080,
    Protocol: 'HTTP',
    TargetType: 'ip',
    HealthCheckPath: '/health',
    HealthCheckIntervalSeconds: 5,
    HealthCheckTimeoutSeconds: 2,
    HealthyThresholdCount: 2,
    UnhealthyThresholdCount: 2,
    TargetGroupAttributes: attributes(options.groupAttributes),
    ...options.check,
  });
  stage.groupArn = group.physicalId;
  await stage.create('Listener', {
    LoadBalancerArn: stage.balancerArn,
    Port: stage.http,
    Protocol: 'HTTP',
    DefaultActions: [{ Type: 'forward', TargetGroupArn: stage.groupArn }],
  });
}
