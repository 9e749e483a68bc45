/** The managed database's control plane over the RDS API. */

import {
  DescribeDBClusterEndpointsCommand,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  FailoverDBClusterCommand,
  ModifyDBClusterEndpointCommand,
  RDSClient,
  type DBCluster,
  type RDSClientConfig,
} from '@aws-sdk/client-rds';
import type { DescribedCluster, DescribedMember } from '../../../core/database/failover/types.ts';
import type { CallOutcome, DatabaseControl } from '../../../core/ports/index.ts';
import { clientConfig } from './clients.ts';
import { outcomeOf } from './outcomes.ts';

const READ_MS = 3000;
const READ_TRIES = 2;
const TIER_DEFAULT = 1;

export interface RdsControlOptions {
  readonly now: () => number;
  /** How long a mutating request may take, in ms. */
  readonly requestMs: number;
  /** Where AWS is reached. @default - as the SDK finds it in its environment */
  readonly connection?: Pick<RDSClientConfig, 'region' | 'endpoint' | 'credentials'>;
}

export class RdsControl implements DatabaseControl {
  readonly #reader: RDSClient;
  readonly #writer: RDSClient;
  readonly #now: () => number;

  constructor({ now, requestMs, connection = {} }: RdsControlOptions) {
    this.#now = now;
    this.#reader = new RDSClient({
      ...connection,
      ...clientConfig({ requestMs: READ_MS, tries: READ_TRIES }),
    });
    this.#writer = new RDSClient({ ...connection, ...clientConfig({ requestMs, tries: 1 }) });
  }

  async describe(clusterId: string): Promise<DescribedCluster> {
    // Dated before it is asked: the answer can be no newer.
    const at = this.#now();
    const { DBClusters = [] } = await this.#reader.send(
      new DescribeDBClustersCommand({ DBClusterIdentifier: clusterId }),
    );
    const [cluster] = DBClusters;
    if (cluster === undefined) throw new Error(`AWS describes no cluster ${clusterId}`);
    const members = await Promise.all((cluster.DBClusterMembers ?? []).map((member) => this.#member(member)));
    return { clusterId, status: cluster.Status ?? 'unknown', members, at };
  }

  async failover(clusterId: string, target: string): Promise<CallOutcome> {
    return outcomeOf(() =>
      this.#writer.send(
        new FailoverDBClusterCommand({ DBClusterIdentifier: clusterId, TargetDBInstanceIdentifier: target }),
      ),
    );
  }

  async excludedMembers(clusterId: string, endpointId: string): Promise<readonly string[] | null> {
    const { DBClusterEndpoints = [] } = await this.#reader.send(
      new DescribeDBClusterEndpointsCommand({
        DBClusterIdentifier: clusterId,
        DBClusterEndpointIdentifier: endpointId,
      }),
    );
    const endpoint = DBClusterEndpoints.find((e) => e.DBClusterEndpointIdentifier === endpointId);
    return endpoint === undefined ? null : (endpoint.ExcludedMembers ?? []);
  }

  async setExcludedMembers(endpointId: string, excluded: readonly string[]): Promise<CallOutcome> {
    return outcomeOf(() =>
      this.#writer.send(
        new ModifyDBClusterEndpointCommand({
          DBClusterEndpointIdentifier: endpointId,
          ExcludedMembers: [...excluded],
        }),
      ),
    );
  }

  /** By name, because the role may describe its own members and no others. */
  async #member(member: NonNullable<DBCluster['DBClusterMembers']>[number]): Promise<DescribedMember> {
    const id = member.DBInstanceIdentifier ?? '';
    const known = {
      id,
      isWriter: member.IsClusterWriter === true,
      promotionTier: member.PromotionTier ?? TIER_DEFAULT,
    };
    try {
      const { DBInstances = [] } = await this.#reader.send(
        new DescribeDBInstancesCommand({ DBInstanceIdentifier: id }),
      );
      const [instance] = DBInstances;
      const az = instance?.AvailabilityZone ?? 'unknown';
      return { ...known, az, status: instance?.DBInstanceStatus ?? null };
    } catch {
      // One member that cannot be described is no target; the others still are.
      return { ...known, az: 'unknown', status: null };
    }
  }
}
