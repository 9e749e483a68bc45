/** The topology port over plain PostgreSQL, which has no `aurora_replica_status()`. */

import { parsePosition, type Position } from '../../../core/pools/index.ts';
import type { ClusterView, Connection, Member, Topology } from '../../../runtime/ports.ts';
import type { PostgresCluster } from './cluster.ts';

const OWN = `
  select current_setting('cluster_name') as id, pg_is_in_recovery() as reader,
         (case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else pg_current_wal_flush_lsn() end)::text as lsn`;

interface Own {
  readonly id: string;
  readonly reader: boolean;
  readonly lsn: string | null;
}

export class PlainTopology implements Topology {
  readonly seeds: readonly Member[];
  readonly #members: readonly Member[];
  #writer: string;

  constructor(cluster: PostgresCluster) {
    this.#members = cluster.nodes.map(({ id, host }) => ({ id, host }));
    this.seeds = this.#members.map(({ host }) => ({ id: `endpoint ${host}`, host }));
    this.#writer = this.#members[0]!.id;
  }

  async view(connection: Connection): Promise<ClusterView> {
    const own = await this.#own(connection);
    if (!own.reader) this.#writer = own.id;
    const members = this.#members.map((member) => ({
      ...member,
      role: member.id === this.#writer ? ('writer' as const) : ('reader' as const),
      lagMs: null,
      position: member.id === own.id ? positionOf(own) : null,
    }));
    return { self: own.id, selfIsWriter: !own.reader, members };
  }

  async isWriter(connection: Connection): Promise<boolean> {
    return !(await this.#own(connection)).reader;
  }

  async position(connection: Connection): Promise<Position | null> {
    return positionOf(await this.#own(connection));
  }

  async #own(connection: Connection): Promise<Own> {
    return (await connection.query<Own>(OWN)).rows[0]!;
  }
}

function positionOf(own: Own): Position | null {
  return own.lsn === null ? null : parsePosition(own.lsn);
}
