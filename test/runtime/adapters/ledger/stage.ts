/** A real PostgreSQL with the ledger's tables, and ledgers on connections of their own. */

import { ledgerGrants, ledgerTables } from '../../../../core/cache/protocol/index.ts';
import { PgConnector } from '../../../../runtime/adapters/pg-connector.ts';
import {
  ledgerConnections,
  postgresLedger,
  type PostgresLedger,
} from '../../../../runtime/adapters/postgres-ledger.ts';
import { systemClock, systemRandom } from '../../../../runtime/adapters/system.ts';
import { Database } from '../../../../runtime/database.ts';
import type { Session } from '../../../../runtime/session.ts';
import { PostgresCluster } from '../../postgres/cluster.ts';
import { PlainTopology } from '../../postgres/topology.ts';

type Ledgers = readonly [main: PostgresLedger, copy: PostgresLedger];

export interface LedgerStage {
  readonly cluster: PostgresCluster;
  readonly database: Database;
  readonly ledgers: Ledgers;
  /** Another process's, as this role, which has the application's rights and no others. */
  openAs(role: string): Promise<Database>;
  ledgersOf(database: Database): Ledgers;
  /** A transaction of the application. */
  write<T>(work: (session: Session) => Promise<T>): Promise<T>;
  sql<Row>(text: string): Promise<Row[]>;
  /** As a deployment does. */
  make(shards: number): Promise<void>;
  /** The tables as they are at the beginning. */
  empty(): Promise<void>;
  close(): Promise<void>;
}

export async function openStage(shards: number): Promise<LedgerStage> {
  const cluster = await PostgresCluster.start(['one']);
  const sql = <Row>(text: string): Promise<Row[]> => cluster.sql<Row>('one', text);
  const statements = (count: number): string => {
    const caches = [
      { name: 'main', shards: count },
      { name: 'copy', shards: count },
    ] as const;
    return ledgerTables(caches).join(';\n');
  };
  await sql(statements(shards));
  const databases: Database[] = [];
  const roles = new Set<string>();
  const openAs = async (role: string): Promise<Database> => {
    if (role !== 'postgres' && !roles.has(role)) {
      roles.add(role);
      await sql([`create role "${role}" login`, ...ledgerGrants(role)].join(';\n'));
    }
    const database = openDatabase(cluster, role);
    databases.push(database);
    return database;
  };
  const database = await openAs('postgres');
  const tables = ['shard', 'journal', 'holder', 'ring'].map((name) => `understudy_cache.${name}`);
  return {
    cluster,
    database,
    ledgers: ledgersOf(database),
    openAs,
    ledgersOf,
    write: async (work) => (await database.writes.execute(work)).value,
    sql,
    make: async (count) => void (await sql(statements(count))),
    empty: async () =>
      void (await sql(`truncate ${tables.join(', ')} restart identity;\n${statements(shards)}`)),
    close: async () => {
      await Promise.all(databases.map((one) => one.close(0)));
      cluster.close();
    },
  };
}

function ledgersOf(database: Database): Ledgers {
  const connections = ledgerConnections(database);
  return [postgresLedger('main', connections), postgresLedger('copy', connections)];
}

function openDatabase(cluster: PostgresCluster, user: string): Database {
  const connector = new PgConnector({
    port: cluster.port,
    database: 'postgres',
    user,
    password: () => Promise.resolve('unused'),
    tls: 'off',
    applicationName: 'ledger-test',
    statementTimeoutMs: 5000,
  });
  return new Database({
    connector,
    topology: new PlainTopology(cluster),
    clock: systemClock,
    random: systemRandom,
  });
}
