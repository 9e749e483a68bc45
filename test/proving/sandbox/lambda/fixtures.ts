/** A Lambda part over small fakes of its neighbours: one bucket, one queue, one stream, one identity. */

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { strToU8, zipSync } from 'fflate';
import {
  AwsError,
  type Authorization,
  type Identity,
  type MetricDatum,
  type Principal,
  type ResourceProvider,
  type ResourceRequest,
  type StreamRecord,
  type World,
} from '../../../../proving/sandbox/kernel/index.ts';
import { createLambda, type Lambda, type LambdaOptions } from '../../../../proving/sandbox/lambda/index.ts';
import { createLogs, type Logs } from '../../../../proving/sandbox/logs/index.ts';

export const ROLE = 'arn:aws:iam::123456789012:role/demo-function';
export const QUEUE = 'arn:aws:sqs:eu-west-1:123456789012:demo-dead-letters';
export const STREAM = 'arn:aws:dynamodb:eu-west-1:123456789012:table/state/stream/2026-01-01T00:00:00.000';

export function makeWorld(name: string): World {
  const stateDir = fs.mkdtempSync(path.join(os.tmpdir(), `understudy-${name}-`));
  return {
    accountId: '123456789012',
    region: 'eu-west-1',
    partition: 'aws',
    urlSuffix: 'amazonaws.com',
    pace: 'fast',
    managed: (ms) => ms / 10,
    now: () => Date.now(),
    stateDir,
    unprivileged: null,
    log: () => undefined,
  };
}

/** Allows what `deny` does not name. */
export function fakeIdentity(deny: ReadonlySet<string> = new Set()): Identity & { issued: string[] } {
  const issued: string[] = [];
  const denials: Identity['denials'][number][] = [];
  const principal: Principal = {
    arn: `${ROLE}/session`,
    kind: 'role',
    roleName: 'demo-function',
    sessionName: 'session',
    userId: 'AROAEXAMPLE:session',
  };
  return {
    issued,
    denials,
    issueForRole(roleArn, _sessionName, durationS) {
      issued.push(roleArn);
      const expiration = new Date(Date.now() + durationS * 1000);
      return {
        accessKeyId: `ASIA${issued.length}`,
        secretAccessKey: 'secret',
        sessionToken: 'token',
        expiration,
      };
    },
    lookup: () => ({ principal, secretAccessKey: 'secret', sessionToken: 'token' }),
    authorize(_principal: Principal, requests: readonly Authorization[]) {
      const denied = requests.find((request) => deny.has(request.action));
      if (denied)
        throw new AwsError('AccessDenied', `${denied.action} on ${denied.resource}`, { status: 403 });
    },
  };
}

export interface Bench {
  readonly world: World;
  readonly lambda: Lambda;
  readonly logs: Logs;
  readonly metrics: MetricDatum[];
  readonly messages: string[];
  readonly listeners: Set<(record: StreamRecord) => void>;
  /** Deploys a function whose `index.mjs` (or other file) is `source`. Returns its ARN. */
  deploy(source: string, properties?: Record<string, unknown>, file?: string): Promise<string>;
  create(type: string, properties: Record<string, unknown>): Promise<string>;
  provider(type: string): ResourceProvider;
  request(type: string, properties: Record<string, unknown>): ResourceRequest;
  objects: Map<string, Uint8Array>;
}

let serial = 0;

export async function bench(
  options: Partial<LambdaOptions> & { deny?: ReadonlySet<string>; world?: World } = {},
): Promise<Bench> {
  const world = options.world ?? makeWorld('lambda');
  const metrics: MetricDatum[] = [];
  const messages: string[] = [];
  const objects = new Map<string, Uint8Array>();
  const listeners = new Set<(record: StreamRecord) => void>();
  const preload = path.join(world.stateDir, 'no preload.cjs');
  fs.writeFileSync(preload, '');
  const own = createLogs(world, { metrics: { put: (datum) => metrics.push(datum) }, emfDelayMs: () => 10 });
  const lambda = createLambda(world, {
    objects: { get: (bucket, key) => objects.get(`${bucket}/${key}`) },
    identity: fakeIdentity(options.deny),
    queues: { send: (_queue, body) => messages.push(body) },
    streams: {
      subscribe(_stream, listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    metrics: { put: (datum) => metrics.push(datum) },
    logs: own,
    endpointUrl: () => 'http://127.0.0.1:1',
    dns: () => ({ server: '127.0.0.1:53', zones: ['amazonaws.com'], preload }),
    caFile: () => '/sandbox/ca.pem',
    streamLatencyMs: () => 20,
    ...options,
  });
  await lambda.start?.();
  const provider = (type: string): ResourceProvider => {
    const found = lambda.providers?.find((each) => each.type === type);
    if (!found) throw new Error(`no provider of ${type}`);
    return found;
  };
  const request = (type: string, properties: Record<string, unknown>): ResourceRequest => {
    serial += 1;
    const logicalId = `Resource${serial}`;
    return {
      type,
      logicalId,
      properties,
      stackName: 'Demo',
      stackId: 'arn:aws:cloudformation:eu-west-1:123456789012:stack/Demo/1',
      tags: [],
      generateName: (max) => `Demo-${logicalId}`.slice(0, max),
    };
  };
  const create = async (type: string, properties: Record<string, unknown>): Promise<string> =>
    (await provider(type).create(request(type, properties))).physicalId;
  return {
    world,
    lambda,
    logs: own,
    metrics,
    messages,
    listeners,
    objects,
    provider,
    request,
    create,
    async deploy(source, properties = {}, file = 'index.mjs') {
      const key = `${(serial += 1)}.zip`;
      objects.set(`assets/${key}`, zipSync({ [file]: strToU8(source) }));
      const name = await create('AWS::Lambda::Function', {
        Code: { S3Bucket: 'assets', S3Key: key },
        Handler: 'index.handler',
        Role: ROLE,
        Runtime: 'nodejs24.x',
        Timeout: 5,
        ...properties,
      });
      return `arn:aws:lambda:eu-west-1:123456789012:function:${name}`;
    },
  };
}

export const OPERATOR = { service: null, sourceArn: null } as const;

const realTimeout = setTimeout;

/** Polls in real time until `check` gives something; fails after `forMs`. */
export async function eventually<T>(check: () => T | undefined | false, forMs = 8000): Promise<T> {
  const end = Date.now() + forMs;
  for (;;) {
    const value = check();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > end) throw new Error('it did not happen in time');
    await new Promise((resolve) => realTimeout(resolve, 20));
  }
}
