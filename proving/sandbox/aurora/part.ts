/** Aurora of the sandbox: real PostgreSQL clusters behind the RDS API, the Data API and CloudFormation. */

import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { UnderstudyError } from '../../../core/errors.ts';
import { clusterStatus } from '../../twin/aurora/index.ts';
import type { EventBus, Identity, MetricSink, Names, Part, SecretStore, World } from '../kernel/index.ts';
import { CutOff } from '../network/cut-off.ts';
import type { NetworkRule } from '../network/rule.ts';
import type { CertificateAuthority } from '../tls/index.ts';
import { Addresses } from './addresses.ts';
import { locateBinaries } from './binaries.ts';
import type { AuroraCluster } from './cluster.ts';
import type { Shared } from './cluster-settings.ts';
import { createDataApi } from './data-api/service.ts';
import { ensureTemplate } from './data-folder.ts';
import { EventLog } from './event-log.ts';
import {
  clusterParameterGroupProvider,
  clusterProvider,
  endpointProvider,
  forcesTls,
  instanceParameterGroupProvider,
  instanceProvider,
  subnetGroupProvider,
} from './providers/index.ts';
import { createRdsService } from './rds/service.ts';
import { Registry } from './registry.ts';
import { setReplay } from './replay.ts';

export interface AuroraPorts {
  readonly identity: Identity;
  readonly names: Names;
  readonly secrets: SecretStore;
  readonly events: EventBus;
  readonly metrics: MetricSink;
  readonly tls: CertificateAuthority;
}

export interface MemberDescription {
  readonly id: string;
  readonly az: string;
  readonly role: 'writer' | 'reader';
  readonly status: string;
  readonly address: string;
  readonly port: number;
  /** The instance's endpoint name. */
  readonly endpoint: string;
  /** The instance host: the root of the process tree that is the instance. 0 while it has none. */
  readonly pid: number;
}

export interface ClusterDescription {
  readonly id: string;
  readonly status: string;
  readonly endpoint: string;
  readonly readerEndpoint: string;
  readonly members: readonly MemberDescription[];
}

/** How to reach a cluster or an instance, e.g. for its secret. */
export interface ConnectionDescription {
  readonly engine: 'postgres';
  readonly host: string;
  readonly port: number;
  readonly dbname: string | null;
}

export interface Aurora extends Part {
  describe(): ClusterDescription[];
  /** By DBClusterIdentifier or DBInstanceIdentifier; undefined when there is none. */
  connectionOf(identifier: string): ConnectionDescription | undefined;
  /** Replaces the rules of the network between clients and instances; resolves when they hold. */
  setNetwork(rules: readonly NetworkRule[]): Promise<void>;
  /**
   * Stops the replay of a reader, or lets it go on.
   * @throws UnderstudyError `no-member`, `no-replay`
   */
  setReplay(memberId: string, paused: boolean): Promise<void>;
  /** For tests and faults: the running cluster. */
  cluster(id: string): AuroraCluster | undefined;
}

export function createAurora(world: World, ports: AuroraPorts): Aurora {
  const registry = new Registry(world);
  const events = new EventLog(world, ports.events);
  let shared: Promise<Shared> | undefined;
  let rules: readonly NetworkRule[] = [];
  const cutOff = new CutOff();
  const share = () => (shared ??= prepare(world, ports, { events, networkRules: () => rules, cutOff }));
  const dataApi = createDataApi({
    world,
    registry,
    secrets: ports.secrets,
    caPem: ports.tls.caPem,
  });
  const applyParameters = () => {
    for (const cluster of registry.clusters.values()) {
      cluster.setForceTls(forcesTls(registry, cluster.settings.details.parameterGroup));
    }
  };
  return {
    services: [createRdsService({ world, registry, events }), dataApi],
    providers: [
      subnetGroupProvider(registry),
      clusterParameterGroupProvider(registry, applyParameters),
      instanceParameterGroupProvider(registry),
      clusterProvider({ world, registry, shared: share }),
      instanceProvider(world, registry),
      endpointProvider(registry),
    ],
    describe: () => [...registry.clusters.values()].map(describeCluster),
    connectionOf: (identifier) => connectionOf(registry, identifier),
    cluster: (id) => registry.clusters.get(id),
    async setReplay(memberId, paused) {
      const instance = registry.instances.get(memberId)?.cluster.instance(memberId);
      if (instance === undefined) throw noMember(registry, memberId);
      await setReplay(instance.node, paused);
    },
    async setNetwork(next) {
      rules = next;
      cutOff.setRules(next);
      await Promise.all([...registry.clusters.values()].map((cluster) => cluster.setNetwork(next)));
    },
    async start() {
      await share();
    },
    async stop() {
      await dataApi.stop();
      const clusters = [...registry.clusters.values()];
      await Promise.allSettled(clusters.map((cluster) => cluster.stop()));
      cutOff.close();
    },
  };
}

/** Finds the binaries and makes the template data folder that all clusters are copied from. */
async function prepare(
  world: World,
  ports: AuroraPorts,
  given: Pick<Shared, 'events' | 'networkRules' | 'cutOff'>,
): Promise<Shared> {
  const folder = path.join(world.stateDir, 'aurora');
  fs.mkdirSync(folder, { recursive: true });
  fs.chmodSync(folder, 0o755);
  const templateFolder = path.join(folder, 'template');
  const binaries = locateBinaries(world);
  let clusters = 0;
  await ensureTemplate(world, binaries, templateFolder);
  return {
    world,
    identity: ports.identity,
    names: ports.names,
    tls: ports.tls,
    ...given,
    addresses: new Addresses(),
    naming: { region: world.region, hash: accountHash(world), urlSuffix: world.urlSuffix },
    folder,
    nextFolder: () => `c${++clusters}`,
    templateFolder,
    binaries,
  };
}

const HASH_LENGTH = 12;

/** AWS puts twelve characters that stand for account and Region into every RDS name. */
function accountHash(world: World): string {
  const digest = createHash('sha256').update(`${world.accountId} ${world.region}`).digest('hex');
  return `c${BigInt(`0x${digest}`).toString(36)}`.slice(0, HASH_LENGTH);
}

function describeCluster(cluster: AuroraCluster): ClusterDescription {
  const { state, names, settings } = cluster;
  return {
    id: settings.id,
    status: clusterStatus(state),
    endpoint: names.cluster,
    readerEndpoint: names.reader,
    members: state.members.map((member) => {
      const instance = cluster.instance(member.id);
      return {
        id: member.id,
        az: member.az,
        role: member.id === state.writer ? 'writer' : 'reader',
        status: member.status,
        address: instance?.address ?? '',
        port: settings.port,
        endpoint: names.instance(member.id),
        pid: instance?.host?.isAlive ? instance.host.pid : 0,
      };
    }),
  };
}

function connectionOf(registry: Registry, identifier: string): ConnectionDescription | undefined {
  const id = identifier.toLowerCase();
  const instance = registry.instances.get(id);
  const cluster = registry.clusters.get(id) ?? instance?.cluster;
  if (cluster === undefined) return undefined;
  const { port, databaseName } = cluster.settings;
  const host = registry.clusters.has(id) ? cluster.names.cluster : cluster.names.instance(id);
  return { engine: 'postgres', host, port, dbname: databaseName };
}

function noMember(registry: Registry, id: string): UnderstudyError {
  const known = [...registry.instances.keys()].join(', ') || 'none';
  return new UnderstudyError(
    `memberId = ${JSON.stringify(id)}: there is no such instance. Fix: use one of: ${known}`,
    {
      code: 'no-member',
      advice: 'give-up',
    },
  );
}
