/** Opens the cache of an application with everything real: its shards over TLS, logins by IAM, and its database. */

import type { ElastiCacheClientConfig } from '@aws-sdk/client-elasticache';
import { parseShards, type ShardEndpoint } from '../../core/cache/index.ts';
import type { CacheName } from '../../core/cache/protocol/index.ts';
import { type Fault, InvalidInput } from '../../core/errors.ts';
import type { ReadBudgetLimits } from '../cache/budget-limits.ts';
import { ReadBudget } from '../cache/budget.ts';
import { Cache, type CacheStatus } from '../cache/cache.ts';
import { LayeredCache, type LayeredStatus } from '../cache/layers.ts';
import type { CacheLimits } from '../cache/limits.ts';
import type { OpenedCache } from '../cache/operations.ts';
import type { Database } from '../database.ts';
import { elastiCacheToken } from './elasticache-token.ts';
import { type LedgerConnections, ledgerConnections, postgresLedger } from './postgres-ledger.ts';
import type { RedisAccess } from './redis-client.ts';
import { RedisConnector } from './redis-connector.ts';
import { systemClock, systemRandom } from './system.ts';

export interface OpenCacheOptions {
  /** The application's database, which keeps the ledger. It stays open when the cache is closed. */
  readonly database: Pick<Database, 'writesApart'>;
  /** The shards as the stack of the cache tells them, such as the text of UNDERSTUDY_CACHE_SHARDS. */
  readonly shards: string;
  /** The second copy of a cache that is `double`. @default - there is none */
  readonly copies?: string;
  /** The shards that stand in for those that are away. @default - there are none: a shard that is away is a miss */
  readonly gutter?: string;
  /** The user of the cache, which logs in with an IAM token. */
  readonly user: string;
  readonly region: string;
  /** PEM text of the certificate authorities to trust. @default - Node's own, and NODE_EXTRA_CA_CERTS */
  readonly ca?: string;
  /** @default - the SDK's provider chain */
  readonly credentials?: ElastiCacheClientConfig['credentials'];
  readonly limits?: Partial<CacheLimits>;
  /** What loads may ask of the database. @default - `READ_BUDGET_DEFAULTS` */
  readonly budget?: Partial<ReadBudgetLimits>;
  /** Values live no longer than that in the gutter. @default 10,000 */
  readonly gutterTtlMs?: number;
  /** In the place of TLS and IAM, for tests against a local server. @default - verified TLS, and IAM */
  readonly access?: RedisAccess;
}

export interface OpenCache {
  readonly cache: OpenedCache;
  /** A snapshot for people and for a status page. */
  describe(): CacheStatus | LayeredStatus;
  /** True once hits are served from every shard of the main copy, false when not after `ms`. */
  ready(ms: number): Promise<boolean>;
  /** Gives the leases back, and leaves no socket and no timer. */
  close(): Promise<void>;
}

/** Between two looks at whether it is ready. */
const LOOK_MS = 20;

/** Returns at once; until it is ready, reads are misses. Throws `invalid-input` naming every option that is wrong. */
export function openCache(options: OpenCacheOptions): OpenCache {
  const copies = checked(options);
  const access = options.access ?? accessOf(options);
  const budget = new ReadBudget({ clock: systemClock, random: systemRandom }, options.budget);
  const connections = ledgerConnections(options.database);
  const open = (name: CacheName, shards: readonly ShardEndpoint[]): Cache =>
    openCopy(name, { shards, access, connections, budget, limits: options.limits });
  const main = open('main', copies.main);
  const second = copies.copy && open('copy', copies.copy);
  const gutter = copies.gutter && open('gutter', copies.gutter);
  const cache = layered({ main, second, gutter, gutterTtlMs: options.gutterTtlMs });
  return {
    cache,
    describe: () => cache.describe(),
    ready: (ms) => isReady(main, ms),
    async close() {
      await cache.close();
      await connections.close();
    },
  };
}

function openCopy(
  name: CacheName,
  options: {
    readonly shards: readonly ShardEndpoint[];
    readonly access: RedisAccess;
    readonly connections: LedgerConnections;
    readonly budget: ReadBudget;
    readonly limits: Partial<CacheLimits> | undefined;
  },
): Cache {
  const { shards, access, connections, budget, limits } = options;
  const { epochs, journal } = postgresLedger(name, connections);
  const connector = new RedisConnector({ shards, ...access });
  const ports = { connector, epochs, journal, clock: systemClock, random: systemRandom };
  return new Cache(ports, { shards: shards.length, budget, ...(limits && { limits }) });
}

/** The gutter stands behind the last full copy: it is asked where neither of them serves. */
function layered(parts: {
  readonly main: Cache;
  readonly second: Cache | null;
  readonly gutter: Cache | null;
  readonly gutterTtlMs: number | undefined;
}): OpenedCache {
  const { main, second, gutter, gutterTtlMs } = parts;
  const guarded = (outer: Cache): OpenedCache =>
    gutter
      ? new LayeredCache({ kind: 'gutter', outer, inner: gutter, ...(gutterTtlMs && { gutterTtlMs }) })
      : outer;
  return second ? new LayeredCache({ kind: 'double', outer: main, inner: guarded(second) }) : guarded(main);
}

function accessOf({ user, region, ca, credentials }: OpenCacheOptions): RedisAccess {
  const password = elastiCacheToken({ user, region, ...(credentials && { credentials }) });
  return { tls: ca === undefined ? {} : { ca }, login: { user, password } };
}

async function isReady(main: Cache, ms: number): Promise<boolean> {
  const until = systemClock.now() + ms;
  for (;;) {
    if (servesAll(main.describe())) return true;
    const waitMs = Math.min(LOOK_MS, until - systemClock.now());
    if (waitMs <= 0) return false;
    await new Promise<void>((resolve) => void systemClock.after(waitMs, resolve));
  }
}

function servesAll({ isLeased, ring, shards }: CacheStatus): boolean {
  const used = shards.slice(0, ring.shards);
  return (
    isLeased &&
    ring.unknown.length === 0 &&
    used.every(({ state, breaker, incarnation }) => {
      return state === 'serving' && breaker === 'closed' && incarnation !== null;
    })
  );
}

interface Copies {
  readonly main: readonly ShardEndpoint[];
  readonly copy: readonly ShardEndpoint[] | null;
  readonly gutter: readonly ShardEndpoint[] | null;
}

/** Every option that is wrong, with one error. */
function checked({ shards, copies, gutter, user, region, gutterTtlMs }: OpenCacheOptions): Copies {
  const faults: Fault[] = [];
  const parsed = (field: string, text: string): readonly ShardEndpoint[] => {
    try {
      return parseShards(text, field);
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      faults.push(...error.faults);
      return [];
    }
  };
  const main = parsed('shards', shards);
  const copy = copies === undefined ? null : parsed('copies', copies);
  const guttered = gutter === undefined ? null : parsed('gutter', gutter);
  if (copy && copy.length > 0 && main.length > 0 && copy.length !== main.length) {
    const rule = `must name ${main.length} shards, as many as the main copy`;
    faults.push({ field: 'copies', value: copies, rule, fix: 'give the output of the same deployment' });
  }
  if (user === '') {
    faults.push({ field: 'user', value: user, rule: 'must be a name', fix: "such as 'demo-shop'" });
  }
  if (region === '') {
    faults.push({ field: 'region', value: region, rule: 'must be a name', fix: "such as 'eu-central-1'" });
  }
  if (
    gutterTtlMs !== undefined &&
    (guttered === null || !Number.isSafeInteger(gutterTtlMs) || gutterTtlMs < 1)
  ) {
    const rule = 'must be a whole number of ms above 0, and is for a cache with a gutter';
    faults.push({ field: 'gutterTtlMs', value: gutterTtlMs, rule, fix: 'leave it out' });
  }
  if (faults.length > 0) throw new InvalidInput('The cache', faults);
  return { main, copy, gutter: guttered };
}
