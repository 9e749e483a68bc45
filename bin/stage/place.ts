/** A drill's view of a running sandbox: members, names, connections, records and switches. */

import fs from 'node:fs';
import { Resolver } from 'node:dns/promises';
import { UnderstudyError } from '../../core/errors.ts';
import { acknowledge } from '../../ops/acknowledge.ts';
import { output, type Outputs } from '../../ops/outputs.ts';
import { readCacheRecords, readRecords } from '../../ops/records.ts';
import type { Target } from '../../ops/target.ts';
import { databaseToken } from '../../ops/token.ts';
import type { Denial, DrillPlace, Member, Records, Viewpoint } from '../../proving/drills/index.ts';
import type {
  ClusterStatus,
  SandboxCard,
  SandboxClient,
  SandboxStatus,
} from '../../proving/sandbox/index.ts';
import { APPLICATION, applications } from './applications.ts';
import { cacheNodes } from './cache-nodes.ts';
import { frontPlace } from './front/place.ts';
import { untilHealthy } from './healthy.ts';
import { PROBER, zonesOf } from './probers.ts';
import { serviceFaults } from './service-faults.ts';

export interface PlaceOptions {
  readonly client: SandboxClient;
  readonly outputs: Outputs;
  /** Id of the CDK stage. */
  readonly stage: string;
  readonly versions: Readonly<Record<string, string>>;
  say(line: string): void;
}

const RESOLVE_MS_MAX = 1000;
const FAILOVER_FUNCTION = 'write-failover';
/** Older recoveries hold nothing back: the longest cooldown that can be set. */
const COOLDOWN_MS_MAX = 24 * 3_600_000;

export function targetOf(card: SandboxCard): Target {
  return { region: card.region, endpoint: card.url, credentials: card.operator };
}

export function createPlace({ client, outputs, stage, versions, say }: PlaceOptions): DrillPlace {
  const { card } = client;
  const target = targetOf(card);
  const clusterEndpoint = output(outputs, 'ClusterEndpoint');
  const stateTable = output(outputs, 'StateTableName');
  const resolver = new Resolver({ timeout: RESOLVE_MS_MAX, tries: 1 });
  resolver.setServers([card.dns]);
  const ca = fs.readFileSync(card.caFile, 'utf8');

  const members = async (): Promise<readonly Member[]> =>
    cluster(await client.status(), clusterEndpoint).members;
  const read = async (sinceMs: number, withObservations: boolean): Promise<Records | null> => {
    const status = await client.status();
    if (!status.functionsEnabled) return null;
    const { id, members: all } = cluster(status, clusterEndpoint);
    const zones = withObservations ? [...new Set(all.map((m) => m.az))] : [];
    return readRecords(target, { table: stateTable, clusterId: id, zones, sinceMs });
  };
  const records = (sinceMs: number): Promise<Records | null> => read(sinceMs, true);
  const env = output(outputs, 'Environment');
  const front = frontPlace({ client, target, outputs, ca, stage, say });

  return {
    pace: card.pace,
    versions,
    clusterEndpoint,
    readerEndpoint: output(outputs, 'ReaderEndpoint'),
    say,
    members,
    records,
    cacheRecords: async (sinceMs) => {
      const status = await client.status();
      if (!status.functionsEnabled) return null;
      return readCacheRecords(target, { table: stateTable, env, zones: zonesOf(status), sinceMs });
    },
    front,
    viewpoints: async () => viewpoints(await client.status()),
    denied: async (sinceMs) => denials(await client.status(), sinceMs),
    acknowledge: async (why) => {
      const recent = await read(Date.now() - COOLDOWN_MS_MAX, false);
      const failovers = (recent?.ledger ?? []).filter((entry) => entry.function === FAILOVER_FUNCTION);
      return acknowledge(target, failovers, { table: stateTable, by: 'drill', why, at: Date.now() });
    },
    ...applications(client, target, outputs),
    ...cacheNodes(client, target, { outputs, ca }),
    resolve: async (name) => (await resolver.resolve4(name).catch(() => []))[0] ?? null,
    connection: async (address, name) => ({
      host: address,
      port: 5432,
      user: APPLICATION,
      database: output(outputs, 'DatabaseName'),
      password: await databaseToken(target, { host: name, port: 5432, user: APPLICATION }),
      ssl: { ca, servername: name },
    }),
    ...switches(client),
    ...serviceFaults(client, target, outputs),
    healthy: async (timeoutMs) => {
      await Promise.all([untilHealthy(client, records, timeoutMs), front?.healthy(timeoutMs)]);
    },
  };
}

function cluster(status: SandboxStatus, endpoint: string): ClusterStatus {
  const found = status.clusters.find((c) => c.endpoint === endpoint);
  if (found) return found;
  throw new UnderstudyError(
    `The sandbox has no cluster with the endpoint ${endpoint}. Fix: deploy into this sandbox.`,
    {
      code: 'no-cluster',
      advice: 'check',
    },
  );
}

function switches(client: SandboxClient) {
  return {
    setNetwork: (rules) => client.setNetwork(rules),
    setReplay: (memberId, paused) => client.setReplay(memberId, paused),
    setFunctions: (enabled) => client.setFunctions(enabled),
    setStreams: (enabled) => client.setStreams(enabled),
    setAlarms: (enabled) => client.setAlarms(enabled),
    setDenied: (deny) => client.setDenied(deny),
  } satisfies Partial<DrillPlace>;
}

function viewpoints({ sources }: SandboxStatus): readonly Viewpoint[] {
  return sources.flatMap(({ name, kind, az, address }): Viewpoint[] => {
    if (kind === 'task') return [{ kind: 'application', name, az: null, address }];
    return az !== null && name.startsWith(PROBER) ? [{ kind: 'prober', name, az, address }] : [];
  });
}

/** Each refusal once: a function that is refused tries again and again. */
function denials({ denied }: SandboxStatus, sinceMs: number): readonly Denial[] {
  const distinct = new Map<string, Denial>();
  for (const call of denied) {
    if (call.at < sinceMs) continue;
    const { action, resource } = call;
    const denial = { function: call.function ?? call.principal, action, resource };
    distinct.set(JSON.stringify(denial), denial);
  }
  return [...distinct.values()];
}
