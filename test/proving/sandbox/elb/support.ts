import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
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

export const REGION = 'us-east-1';
export const ZONES = [`${REGION}a`, `${REGION}b`, `${REGION}c`] as const;
export const DOMAIN = 'shop.demo.example.com';
export const CERTIFICATE = `arn:aws:acm:${REGION}:123456789012:certificate/demo`;
export const BUCKET = 'demo-logs';
const TARGET_FILE = path.join(import.meta.dirname, 'target-process.ts');

export interface TestTarget extends BalancerTarget {
  readonly id: string;
  readonly child: ChildProcess;
  /** Paths of requests that were given up by the balancer. */
  readonly aborted: readonly string[];
  setHealth(status: number): void;
  kill(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
  readonly json: any;
}

export interface AskOptions {
  readonly node?: BalancerNode;
  readonly method?: string;
  readonly headers?: http.OutgoingHttpHeaders;
  readonly body?: string;
  readonly agent?: http.Agent | false;
  readonly from?: string;
  readonly tls?: boolean;
  readonly signal?: AbortSignal;
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
      const aborted: string[] = [];
      child.on(
        'message',
        (message: { aborted?: string }) => message.aborted && aborted.push(message.aborted),
      );
      child.on('error', () => undefined);
      const [{ listening: port }] = (await once(child, 'message')) as [{ listening: number }];
      const az = ZONES[zone] ?? null;
      const target = {
        ...{ address, port, az, child, aborted, id: `${address}:${port}` },
        setHealth: (health: number) => void child.send({ health }),
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
      await eventually('it is healthy', 10_000, () => stage.state(target) === 'healthy');
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

function ask(stage: Stage, url: string, options: AskOptions): Promise<Answer> {
  const node = options.node ?? stage.node();
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const common = {
    host: node.address,
    path: url,
    method: options.method ?? 'GET',
    headers: { host: DOMAIN, ...options.headers },
    agent: options.agent ?? false,
    ...(options.from === undefined ? {} : { localAddress: options.from }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  };
  const sent = options.tls
    ? https.request({ ...common, port: stage.https, ca: stage.caPem, servername: DOMAIN })
    : http.request({ ...common, port: stage.http });
  sent.on('error', reject);
  sent.on('response', (answer) => {
    let text = '';
    answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
    answer.on('error', reject);
    answer.on('end', () => {
      const isJson = answer.headers['content-type'] === 'application/json';
      const json = isJson ? JSON.parse(text) : null;
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text, json });
    });
  });
  sent.end(options.body);
  return promise;
}

export async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  const bound = server.address();
  await new Promise((done) => {
    server.close(done);
  });
  if (bound === null || typeof bound === 'string') throw new Error('no port');
  return bound.port;
}

export async function eventually<T>(
  what: string,
  boundMs: number,
  look: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const end = performance.now() + boundMs;
  for (;;) {
    const answer = await look();
    if (answer) return answer;
    if (performance.now() > end) throw new Error(`not within ${boundMs} ms: ${what}`);
    await pause(20);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((done) => {
    setTimeout(done, ms);
  });
}
