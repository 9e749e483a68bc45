/** A `Database` of the real pools and the real driver over a test cluster. */

import { PgConnector } from '../../../runtime/adapters/pg-connector.ts';
import { systemClock, systemRandom } from '../../../runtime/adapters/system.ts';
import { Database, type DatabaseLimits } from '../../../runtime/database.ts';
import type { PostgresCluster } from './cluster.ts';
import { PlainTopology } from './topology.ts';

export function openPlain(cluster: PostgresCluster, limits?: DatabaseLimits): Database {
  const connector = new PgConnector({
    port: cluster.port,
    database: 'postgres',
    user: 'postgres',
    password: () => Promise.resolve('unused'),
    tls: 'off',
    applicationName: 'pools-test',
    statementTimeoutMs: 5000,
  });
  const topology = new PlainTopology(cluster);
  return new Database({ connector, topology, clock: systemClock, random: systemRandom }, limits);
}
