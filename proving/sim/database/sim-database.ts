/** A managed database in virtual time: its engines, its storage, its network, its names and who looks after it. */

import type { DescribedCluster } from '../../../core/database/index.ts';
import type { CallOutcome, DatabaseMember, MemberProbe } from '../../../core/ports/index.ts';
import type { Connector, Topology } from '../../../runtime/ports.ts';
import type { DatabaseView } from '../model.ts';
import type { DatabaseFaults } from './types.ts';

export interface SimDatabase extends DatabaseFaults {
  /** The members with the hosts that probers are told of. */
  readonly members: readonly DatabaseMember[];
  readonly topology: Topology;
  /** For a client: `node` is where it runs, e.g. `client:shop-1`. */
  connector(node: string): Connector;
  /** For a prober, e.g. `prober:us-east-1a`. */
  probe(node: string): MemberProbe;
  /** As RDS describes the cluster at this moment. */
  describe(): DescribedCluster;
  /** FailoverDBCluster; null lets the service choose. */
  failover(target: string | null): CallOutcome;
  /** Null when there is no such custom endpoint. */
  excludedMembers(endpointId: string): readonly string[] | null;
  setExcludedMembers(endpointId: string, excluded: readonly string[]): CallOutcome;
  view(): DatabaseView;
  /** The write is stored and every reader will show it: what reading it back at the end would find. */
  holds(commitId: string): boolean;
}
