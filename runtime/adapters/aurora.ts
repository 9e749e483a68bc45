/** Opens an Aurora PostgreSQL cluster with everything real: `pg` over verified TLS, IAM tokens, the state table. */

import { randomUUID } from 'node:crypto';
import type { DatabaseLimits } from '../database.ts';
import { Database } from '../database.ts';
import { AuroraTopology } from './aurora-topology.ts';
import { DynamoDbOutcomeSink } from './dynamodb-outcome-sink.ts';
import { iamToken } from './iam-token.ts';
import { PgConnector } from './pg-connector.ts';
import { systemClock, systemRandom } from './system.ts';

export interface AuroraOptions {
  /** The cluster (writer) endpoint. */
  readonly clusterEndpoint: string;
  /** Only a second name to start from. @default - the cluster endpoint is the only one */
  readonly readerEndpoint?: string;
  /** @default 5432 */
  readonly port?: number;
  readonly database: string;
  /** The database user, which logs in with an IAM token. */
  readonly user: string;
  readonly region: string;
  /** PEM text of the certificate authorities to trust. @default - Node's own, and NODE_EXTRA_CA_CERTS */
  readonly ca?: string;
  /** Name of the application, in `pg_stat_activity` and in client evidence. @default - the user's name */
  readonly application?: string;
  /** The state table of the environment. @default - no client evidence is reported */
  readonly stateTable?: string;
  readonly limits?: DatabaseLimits;
}

const STATEMENT_TIMEOUT_MS = 5000;

/** Returns at once; the first requests wait for the first connection. `close` it when done. */
export function openAurora(options: AuroraOptions): Database {
  const { clusterEndpoint, readerEndpoint, database, user, region } = options;
  const port = options.port ?? 5432;
  const application = options.application ?? user;
  const connector = new PgConnector({
    port,
    database,
    user,
    password: iamToken({ region, port, user }),
    tls: options.ca === undefined ? {} : { ca: options.ca },
    applicationName: application,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  const topology = new AuroraTopology(
    readerEndpoint === undefined ? { clusterEndpoint } : { clusterEndpoint, readerEndpoint },
  );
  const ports = { connector, topology, clock: systemClock, random: systemRandom };
  if (options.stateTable === undefined) return new Database(ports, options.limits);
  const sink = new DynamoDbOutcomeSink({ table: options.stateTable, region });
  const identity = { application, processId: randomUUID() };
  return new Database({ ...ports, outcomes: { identity, sink } }, options.limits);
}
