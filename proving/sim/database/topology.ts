/** The pools' questions about the cluster, as the real topology asks them. */

import type { Position } from '../../../core/pools/index.ts';
import type { ClusterView, Connection, Member, MemberView, Topology } from '../../../runtime/ports.ts';
import type { ClusterNames } from '../../twin/aurora/index.ts';
import { STATUS, type StatusRow } from './statements.ts';

export class SimTopology implements Topology {
  readonly seeds: readonly Member[];
  readonly #names: ClusterNames;

  constructor(names: ClusterNames) {
    this.#names = names;
    this.seeds = [names.cluster, names.reader].map((host) => ({ id: `endpoint ${host}`, host }));
  }

  async view(connection: Connection): Promise<ClusterView> {
    const { rows } = await connection.query<StatusRow>(STATUS);
    const self = rows[0]?.self ?? connection.memberId;
    const own = rows.find((row) => row.id === self);
    return {
      self,
      selfIsWriter: own?.inRecovery === false,
      members: rows.map((row) => this.#memberOf(row)),
    };
  }

  async isWriter(connection: Connection): Promise<boolean> {
    const own = await ownRow(connection);
    return own?.inRecovery === false;
  }

  async position(connection: Connection): Promise<Position | null> {
    const own = await ownRow(connection);
    return own === undefined ? null : String(own.position);
  }

  #memberOf({ id, isWriter, lagMs, position }: StatusRow): MemberView {
    const role = isWriter ? 'writer' : 'reader';
    return {
      id,
      host: this.#names.instance(id),
      role,
      lagMs: isWriter ? 0 : lagMs,
      position: String(position),
    };
  }
}

async function ownRow(connection: Connection): Promise<StatusRow | undefined> {
  const { rows } = await connection.query<StatusRow>(STATUS);
  return rows.find((row) => row.id === row.self);
}
