/** ElastiCache of the sandbox: real servers behind the ElastiCache API and CloudFormation. */

import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { InvalidInput, UnderstudyError } from '../../../core/errors.ts';
import type { CacheNodeStatus } from '../admin/model.ts';
import { Addresses } from '../aurora/addresses.ts';
import type { Identity, MetricSink, Names, Part, World } from '../kernel/index.ts';
import { CutOff } from '../network/cut-off.ts';
import type { NetworkRule } from '../network/rule.ts';
import type { CertificateAuthority } from '../tls/index.ts';
import { createElastiCacheService } from './api/service.ts';
import { findRedisServer, type RedisServer } from './binaries.ts';
import { EventLog } from './event-log.ts';
import { MetricsPublisher } from './metrics-publisher.ts';
import type { Shared } from './group-settings.ts';
import {
  groupProvider,
  parameterGroupProvider,
  subnetGroupProvider,
  userGroupProvider,
  userProvider,
} from './providers/index.ts';
import { Registry } from './registry.ts';
import type { ReplicationGroup } from './replication-group.ts';
import { reachableServer } from './server-place.ts';

export interface ElastiCachePorts {
  readonly identity: Identity;
  readonly names: Names;
  readonly tls: CertificateAuthority;
  readonly metrics: MetricSink;
  /** Hears what takes time, in a sentence. @default - nobody */
  readonly say?: (text: string) => void;
  /** @default - `findRedisServer` */
  readonly server?: () => Promise<RedisServer>;
  /** How long a connection lasts after its last login by token, in ms. @default 43 200 000, 12 hours as on AWS */
  readonly sessionMs?: number;
}

export interface ElastiCache extends Part {
  cacheNodes(): readonly CacheNodeStatus[];
  /**
   * Restarts a node at once, on its old append-only file or without data: a fault, not ElastiCache's doing.
   * @throws UnderstudyError `no-cache-node`, `node-busy`; InvalidInput for other data
   */
  restartCacheNode(nodeId: string, data: 'kept' | 'empty'): Promise<void>;
  /** Replaces the rules of the network between clients and nodes; resolves when they hold. */
  setNetwork(rules: readonly NetworkRule[]): Promise<void>;
  /** For tests and faults: the running group. */
  group(id: string): ReplicationGroup | undefined;
}

const SESSION_MS = 12 * 60 * 60 * 1_000;

export function createElastiCache(world: World, ports: ElastiCachePorts): ElastiCache {
  const registry = new Registry(world);
  const events = new EventLog(world);
  const cutOff = new CutOff();
  let rules: readonly NetworkRule[] = [];
  let shared: Promise<Shared> | undefined;
  // A failure is told to whoever asked and not kept: the next deployment looks for a server again.
  const share = () => {
    publisher.start();
    shared ??= prepare(world, ports, { registry, events, cutOff, networkRules: () => rules });
    shared.catch(() => (shared = undefined));
    return shared;
  };
  const groups = () => [...registry.groups.values()];
  const publisher = new MetricsPublisher(world, ports.metrics, () =>
    groups().flatMap((group) => group.allNodes),
  );
  return {
    services: [createElastiCacheService({ world, registry, events })],
    providers: [
      subnetGroupProvider(registry),
      parameterGroupProvider(registry),
      userProvider(registry),
      userGroupProvider(registry),
      groupProvider({ world, registry, shared: share }),
    ],
    group: (id) => registry.groups.get(id),
    cacheNodes: () => groups().flatMap(statusOf),
    async restartCacheNode(nodeId, data) {
      const group = groups().find((one) => one.node(nodeId) !== undefined);
      if (group === undefined) throw noNode(groups().flatMap(statusOf), nodeId);
      if (data !== 'kept' && data !== 'empty') throw wrongData(data);
      await group.restartOutside(nodeId, data);
    },
    async setNetwork(next) {
      rules = next;
      cutOff.setRules(next);
      await Promise.all(groups().map((group) => group.setNetwork(next)));
    },
    async stop() {
      publisher.stop();
      await Promise.allSettled(groups().map((group) => group.stop()));
      cutOff.close();
    },
  };
}

/** Finds the server. Only a sandbox with a cache does. */
async function prepare(
  world: World,
  ports: ElastiCachePorts,
  given: Pick<Shared, 'registry' | 'events' | 'networkRules' | 'cutOff'>,
): Promise<Shared> {
  const folder = path.join(world.stateDir, 'elasticache');
  fs.mkdirSync(folder, { recursive: true });
  fs.chmodSync(folder, 0o755);
  const find = ports.server ?? (() => findRedisServer(ports.say));
  const server = reachableServer(world, await find());
  world.log('elasticache', 'the cache server', { file: server.file, version: server.version });
  let nodes = 0;
  return {
    world,
    identity: ports.identity,
    names: ports.names,
    tls: ports.tls,
    ...given,
    addresses: new Addresses(),
    naming: { region: world.region, hash: accountHash(world), urlSuffix: world.urlSuffix },
    folder,
    nextFolder: () => `n${++nodes}`,
    server,
    sessionMs: ports.sessionMs ?? SESSION_MS,
  };
}

const HASH_LENGTH = 6;

/** AWS puts six characters that stand for account and Region into every name of a cache. */
function accountHash(world: World): string {
  const digest = createHash('sha256').update(`cache ${world.accountId} ${world.region}`).digest('hex');
  return `e${BigInt(`0x${digest}`).toString(36)}`.slice(0, HASH_LENGTH);
}

function statusOf(group: ReplicationGroup): CacheNodeStatus[] {
  const { settings, state, names } = group;
  return state.nodes.map(({ id, az, status }) => {
    const isPrimary = id === state.primary;
    const node = group.node(id);
    return {
      groupId: settings.id,
      nodeId: id,
      shardName: settings.id,
      az,
      role: isPrimary ? 'primary' : 'replica',
      pid: node?.pid ?? 0,
      address: node?.address ?? '',
      port: settings.port,
      endpoint: isPrimary ? names.primary : names.node(id),
      state: status,
    };
  });
}

function noNode(known: readonly CacheNodeStatus[], id: string): UnderstudyError {
  const ids = known.map(({ nodeId }) => nodeId).join(', ') || 'none';
  return new UnderstudyError(
    `nodeId = ${JSON.stringify(id)}: there is no such cache node. Fix: use one of: ${ids}`,
    { code: 'no-cache-node', advice: 'give-up' },
  );
}

/** It comes over the wire. */
function wrongData(value: unknown): InvalidInput {
  const rule = 'what the node starts with is its old data or none';
  return new InvalidInput('The restart', [{ field: 'data', value, rule, fix: "write 'kept' or 'empty'" }]);
}
