/** Asks an Aurora PostgreSQL member about itself and its cluster: `aurora_replica_status()` has it all. */

import { parsePosition, type Position } from '../../core/pools/index.ts';
import type { ClusterView, Connection, Member, MemberView, Topology } from '../ports.ts';

/** AWS: for the primary instance, `session_id` is always this. */
const WRITER_SESSION = 'MASTER_SESSION_ID';

const VIEW = `
  select server_id, session_id, durable_lsn::text, current_read_lsn::text, replica_lag_in_msec::float8 as lag_ms,
         aurora_db_instance_identifier() as self, pg_is_in_recovery() as in_recovery
  from aurora_replica_status()`;

const OWN_ROW = `
  select session_id, durable_lsn::text, current_read_lsn::text, pg_is_in_recovery() as in_recovery
  from aurora_replica_status() where server_id = aurora_db_instance_identifier()`;

interface Row {
  readonly server_id: string;
  readonly session_id: string;
  readonly durable_lsn: string | null;
  readonly current_read_lsn: string | null;
  readonly lag_ms: number | null;
  readonly self: string;
  readonly in_recovery: boolean;
}

export interface AuroraTopologyOptions {
  /** The cluster endpoint; the members' own endpoints share its suffix. */
  readonly clusterEndpoint: string;
  readonly readerEndpoint?: string;
  /** @default - `<instance>.<suffix of the cluster endpoint>`, as AWS names instance endpoints */
  readonly hostOf?: (instanceId: string) => string;
}

export class AuroraTopology implements Topology {
  readonly seeds: readonly Member[];
  readonly #hostOf: (instanceId: string) => string;

  constructor(options: AuroraTopologyOptions) {
    const { clusterEndpoint, readerEndpoint } = options;
    const hosts = readerEndpoint === undefined ? [clusterEndpoint] : [clusterEndpoint, readerEndpoint];
    this.seeds = hosts.map((host) => ({ id: `endpoint ${host}`, host }));
    this.#hostOf = options.hostOf ?? ((id) => `${id}.${instanceSuffix(clusterEndpoint)}`);
  }

  async view(connection: Connection): Promise<ClusterView> {
    const { rows } = await connection.query<Row>(VIEW);
    const self = rows[0]?.self ?? connection.memberId;
    const own = rows.find((row) => row.server_id === self);
    return {
      self,
      selfIsWriter: own !== undefined && isWriterRow(own),
      members: rows.map((row) => this.#memberOf(row)),
    };
  }

  async isWriter(connection: Connection): Promise<boolean> {
    const { rows } = await connection.query<Row>(OWN_ROW);
    return rows[0] !== undefined && isWriterRow(rows[0]);
  }

  async position(connection: Connection): Promise<Position | null> {
    const { rows } = await connection.query<Row>(OWN_ROW);
    return rows[0] ? positionOf(rows[0]) : null;
  }

  #memberOf(row: Row): MemberView {
    const isWriter = row.session_id === WRITER_SESSION;
    return {
      id: row.server_id,
      host: this.#hostOf(row.server_id),
      role: isWriter ? 'writer' : 'reader',
      lagMs: isWriter ? 0 : row.lag_ms,
      position: positionOf(row),
    };
  }
}

function isWriterRow(row: Pick<Row, 'session_id' | 'in_recovery'>): boolean {
  return row.session_id === WRITER_SESSION && !row.in_recovery;
}

function positionOf(row: Pick<Row, 'session_id' | 'durable_lsn' | 'current_read_lsn'>): Position | null {
  const text = row.session_id === WRITER_SESSION ? row.durable_lsn : row.current_read_lsn;
  return text === null ? null : parsePosition(text);
}

/** `demo.cluster-abc.eu-west-1.rds.amazonaws.com` to `abc.eu-west-1.rds.amazonaws.com`. */
export function instanceSuffix(clusterEndpoint: string): string {
  const suffix = /\.cluster-(?:ro-|custom-)?(.+)$/.exec(clusterEndpoint)?.[1];
  if (suffix !== undefined) return suffix;
  return clusterEndpoint.slice(clusterEndpoint.indexOf('.') + 1);
}
