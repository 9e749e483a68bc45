/** Wires cache-front: the cache over its shards, the ledger on the database's writer, logins signed locally. */

import type { FrontAnswer } from '../../core/cache/front.ts';
import type { CacheCopy } from '../../core/state/cache-items.ts';
import { AuroraTopology } from '../../runtime/adapters/aurora-topology.ts';
import { elastiCacheToken } from '../../runtime/adapters/elasticache-token.ts';
import { iamToken } from '../../runtime/adapters/iam-token.ts';
import { openCache } from '../../runtime/adapters/open-cache.ts';
import { PgConnector } from '../../runtime/adapters/pg-connector.ts';
import {
  ledgerConnections,
  type PostgresLedger,
  postgresLedger,
} from '../../runtime/adapters/postgres-ledger.ts';
import { RedisConnector } from '../../runtime/adapters/redis-connector.ts';
import { systemClock, systemRandom } from '../../runtime/adapters/system.ts';
import { Growth } from '../../runtime/cache/index.ts';
import { Database } from '../../runtime/database.ts';
import { CACHE_FRONT_ROLE, ENV as SHARED_ENV } from '../shared/contract.ts';
import { EnvironmentReader } from '../shared/environment.ts';
import { invocationOf, type LambdaContext } from '../shared/invocation.ts';
import { powertoolsLog } from '../shared/aws/logging.ts';
import { ENV } from './contract.ts';
import { createHandler, type OpenedFront, type RowStore } from './handler.ts';

/** Longer than any transaction of the ledger. */
const STATEMENT_TIMEOUT_MS = 5000;

const reader = new EnvironmentReader(process.env);
const functionName = reader.text(SHARED_ENV.function);
const region = reader.text('AWS_REGION');
const user = reader.text(ENV.user);
const clusterEndpoint = reader.text(ENV.clusterEndpoint);
const port = reader.number(ENV.port, { min: 1, max: 65_535 });
const databaseName = reader.text(ENV.database);
const shards = reader.cacheShards();
const texts = {
  shards: reader.text(ENV.shards),
  ...optional('copies', process.env[ENV.copies]),
  ...optional('gutter', process.env[ENV.gutter]),
};
reader.done(functionName);

const run = createHandler({ open, clock: systemClock, log: powertoolsLog(functionName) });

export const handler = (event: unknown, context: LambdaContext): Promise<FrontAnswer> =>
  run(event, invocationOf(context));

function open(): OpenedFront {
  const database = ledgerDatabase();
  const connections = ledgerConnections(database);
  const rowsOf = (name: CacheCopy): RowStore => rowStore(name, postgresLedger(name, connections));
  return {
    openCache: () => openCache({ database, ...texts, user, region }),
    copies: {
      main: rowsOf('main'),
      ...(texts.copies === undefined ? {} : { copy: rowsOf('copy') }),
      ...(texts.gutter === undefined ? {} : { gutter: rowsOf('gutter') }),
    },
  };
}

/** The writer alone: nothing is read from readers, and the function reaches no table to report to. */
function ledgerDatabase(): Database {
  const connector = new PgConnector({
    port,
    database: databaseName,
    user: CACHE_FRONT_ROLE,
    password: iamToken({ region, port, user: CACHE_FRONT_ROLE }),
    tls: {},
    applicationName: functionName,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  const topology = new AuroraTopology({ clusterEndpoint });
  return new Database({ connector, topology, clock: systemClock, random: systemRandom });
}

function rowStore(name: CacheCopy, { ring, epochs }: PostgresLedger): RowStore {
  const own = shards.filter(({ cache }) => cache === name);
  const password = elastiCacheToken({ region, user });
  const connector = new RedisConnector({ shards: own, tls: {}, login: { user, password } });
  const growth = new Growth({ ring, connector, clock: systemClock }, own.length);
  return {
    rows: async () => (await ring.growth()).rows,
    close: (shard, epoch) => epochs.close(shard, epoch),
    growth: (request) => growth.answer(request),
  };
}

function optional<Name extends string>(
  name: Name,
  text: string | undefined,
): { readonly [key in Name]?: string } {
  return (text === undefined || text === '' ? {} : { [name]: text }) as { readonly [key in Name]?: string };
}
