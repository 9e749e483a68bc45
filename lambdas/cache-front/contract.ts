/**
 * Names shared by the callable front of the cache and the stack that deploys it. What it is asked and what it answers is
 * in `core/cache/front.ts`.
 *
 * It stands in the VPC, one isolated subnet a zone, with egress to the shards and to the database. Invoked directly
 * (`lambda:InvokeFunction`), by applications without a Redis connection and by cache-router. It needs no AWS API:
 * both logins are signed locally. Rights: `elasticache:Connect` on every replication group and on its own user;
 * `rds-db:connect` as `CACHE_FRONT_ROLE`, which has `ledgerGrants`. NODE_EXTRA_CA_CERTS as for the probers.
 */

import { CACHE_ENV, DATABASE_ENV } from '../shared/contract.ts';

export const FUNCTION = 'cache-front';
export const TIMEOUT_S = 12;
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
