/**
 * Names shared by the callable front of the cache, the stack that deploys it, and whoever calls it.
 *
 * It stands in the VPC, one isolated subnet a zone, with egress to the shards and to the database. Invoked directly
 * (`lambda:InvokeFunction`), by applications without a Redis connection and by cache-router. It needs no AWS API:
 * both logins are signed locally. Rights: `elasticache:Connect` on every replication group and on its own user;
 * `rds-db:connect` as `CACHE_FRONT_ROLE`, which has `ledgerGrants`. NODE_EXTRA_CA_CERTS as for the probers.
 */

import type { Advice } from '../../core/errors.ts';
import type { CacheCopy } from '../../core/state/cache-items.ts';
import type { SeenRow } from '../../core/cache/controller/types.ts';
import type { JsonValue } from '../../core/cache/index.ts';
import { CACHE_ENV, DATABASE_ENV } from '../shared/contract.ts';

export const FUNCTION = 'cache-front';
export const TIMEOUT_S = 10;
/** Each warm environment holds one connection a shard and a few to the database's writer. */
export const RESERVED_CONCURRENCY = 10;

/** Set beside `ENV.env` and `ENV.function` of the shared contract. */
export const ENV = {
  shards: CACHE_ENV.shards,
  copies: CACHE_ENV.copies,
  gutter: CACHE_ENV.gutter,
  /** The user it logs in to the shards as: `<env>-cache-front`. */
  user: CACHE_ENV.frontUser,
  /** Where the ledger is: DBClusterIdentifier, cluster endpoint, port and database, as other functions are told. */
  cluster: DATABASE_ENV.cluster,
  clusterEndpoint: DATABASE_ENV.clusterEndpoint,
  port: DATABASE_ENV.port,
  database: DATABASE_ENV.database,
} as const;

/** Lambda's limit for an answer, less what the envelope may take. */
export const ANSWER_BYTES_MAX = 6 * 1024 * 1024 - 64 * 1024;
export const KEYS_MAX = 1000;

/** Text, or bytes. */
export type FrontKey = string | { readonly base64: string };
/** What JSON gives back as it was, or bytes. */
export type FrontValue = { readonly json: JsonValue } | { readonly base64: string };

/** `tenant` names whose keys they are. Default: nobody in particular. Times are whole ms. */
export type FrontRequest =
  | { readonly op: 'get'; readonly tenant?: string; readonly key: FrontKey }
  | { readonly op: 'mget'; readonly tenant?: string; readonly keys: readonly FrontKey[] }
  | {
      readonly op: 'set';
      readonly tenant?: string;
      readonly key: FrontKey;
      readonly value: FrontValue;
      readonly ttlMs: number;
    }
  | { readonly op: 'delete'; readonly tenant?: string; readonly keys: readonly FrontKey[] }
  /** The value, or the right to load it and to `store` it. */
  | { readonly op: 'ask'; readonly tenant?: string; readonly key: FrontKey }
  | {
      readonly op: 'store';
      readonly tenant?: string;
      readonly key: FrontKey;
      /** As `ask` gave it. */
      readonly fill: string;
      readonly value: FrontValue;
      readonly ttlMs: number;
      readonly staleMs?: number;
    }
  /** For cache-router: the rows of the shards. */
  | { readonly op: 'rows'; readonly cache: CacheCopy }
  | { readonly op: 'quarantine'; readonly cache: CacheCopy; readonly shard: number; readonly epoch: number }
  | { readonly op: 'readmit'; readonly cache: CacheCopy; readonly shard: number };

export type FrontAnswer =
  /** `value` is absent for a miss. */
  | { readonly op: 'get'; readonly value?: FrontValue }
  /** In the order of the keys; null for a miss. */
  | { readonly op: 'mget'; readonly values: readonly (FrontValue | null)[] }
  | { readonly op: 'set'; readonly stored: boolean }
  | { readonly op: 'delete' }
  | { readonly op: 'ask'; readonly found: 'value'; readonly value: FrontValue }
  /** Load, then `store` with `fill`; null: load, and store nothing. */
  | { readonly op: 'ask'; readonly found: 'nothing'; readonly fill: string | null }
  /** Somebody loads it: ask again after a while. */
  | { readonly op: 'ask'; readonly found: 'busy' }
  /** False when the key was invalidated meanwhile, or the shard is away: the value is yours, and was not kept. */
  | { readonly op: 'store'; readonly stored: boolean }
  | { readonly op: 'rows'; readonly rows: readonly SeenRow[] }
  /** The row after it. */
  | { readonly op: 'quarantine'; readonly row: SeenRow }
  | { readonly op: 'readmit'; readonly row: SeenRow }
  | { readonly op: 'refused'; readonly error: FrontError };

/** `code` and `advice` as the errors of the library have them: `invalid-input`, `not-invalidated`, ... */
export interface FrontError {
  readonly code: string;
  readonly advice: Advice;
  readonly message: string;
}
