import {
  groupsToDescribe,
  type CacheFacts,
  type DeployedShard,
  type DescribedGroup,
  type SeenRow,
} from '../../core/cache/controller/index.ts';
import type {
  CacheControl,
  CacheStateStore,
  Clock,
  Log,
  Metrics,
  ShardLedger,
  StateStore,
} from '../../core/ports/index.ts';
import { cacheLedgerId, type CacheCopy } from '../../core/state/cache-items.ts';
import type { Mode } from '../../core/state/items.ts';
import type { ClearanceDesk, HeldLease } from '../shared/clearance.ts';
import type { CommonSettings } from '../shared/environment.ts';
import type { Invocation } from '../shared/invocation.ts';
import { cacheThresholds, databaseThresholds } from '../shared/thresholds.ts';

export interface RouterPorts {
  readonly clock: Clock;
  readonly store: StateStore;
  readonly cacheStore: CacheStateStore;
  readonly shards: ShardLedger;
  readonly control: CacheControl;
  readonly metrics: Metrics;
  readonly log: Log;
}

export interface RouterSettings extends CommonSettings {
  /** All zones that have a prober. */
  readonly zones: readonly string[];
  /** The closed set of SEC-09. */
  readonly shards: readonly DeployedShard[];
  /** In force while the control item names none. */
  readonly mode: Mode;
}

export interface RouterContext {
  readonly ports: RouterPorts;
  readonly settings: RouterSettings;
  readonly desk: ClearanceDesk;
  readonly held: HeldLease;
  readonly invocation: Invocation;
  /** What was told in this invocation already. */
  readonly told: { metrics: boolean };
}

/** More than the recoveries of a window: a shard is quarantined once a failure, and reboots are counted. */
const LEDGER_COUNT = 100;

export async function observe({ ports, settings, held }: RouterContext): Promise<CacheFacts> {
  const { store, cacheStore, clock } = ports;
  const { env, zones, shards } = settings;
  const [thresholds, { 'observation-age-ms-max': evidenceAgeMsMax }, observations, known, recent, rows] =
    await Promise.all([
      cacheThresholds(store),
      databaseThresholds(store),
      cacheStore.latestCacheObservations(zones),
      cacheStore.cacheShards(env),
      store.recentLedger(cacheLedgerId(env), LEDGER_COUNT),
      readRows(ports, shards),
    ]);
  const seen: CacheFacts = {
    now: clock.now(),
    env,
    epoch: held.lease.token,
    zones,
    shards,
    thresholds,
    evidenceAgeMsMax,
    observations: observations.filter((item) => item.env === env),
    rows,
    known,
    groups: {},
    ledger: recent.filter((item) => item.function === settings.functionName),
  };
  const groups = await describe(ports, groupsToDescribe(seen));
  return { ...seen, groups, now: clock.now() };
}

/** A copy whose rows cannot be read is left out: of its shards nothing is decided but what is written down. */
async function readRows(
  { shards, log }: RouterPorts,
  deployed: readonly DeployedShard[],
): Promise<Readonly<Partial<Record<CacheCopy, readonly SeenRow[]>>>> {
  const copies = [...new Set(deployed.map(({ cache }) => cache))];
  const read = await Promise.all(
    copies.map(async (cache) => {
      try {
        return [[cache, await shards.rows(cache)] as const];
      } catch (error) {
        log.warn('the rows cannot be read', { cache, error: String(error) });
        return [];
      }
    }),
  );
  return Object.fromEntries(read.flat());
}

async function describe(
  { control, log }: RouterPorts,
  groupIds: readonly string[],
): Promise<Readonly<Record<string, DescribedGroup>>> {
  const described = await Promise.all(
    groupIds.map(async (groupId) => {
      try {
        return [[groupId, await control.describe(groupId)] as const];
      } catch (error) {
        log.warn('AWS cannot be asked about the group', { groupId, error: String(error) });
        return [];
      }
    }),
  );
  return Object.fromEntries(described.flat());
}
