/** ElastiCache's control plane over its API. TestFailover is not among it: AWS may refuse it when it matters. */

import {
  DescribeCacheClustersCommand,
  DescribeReplicationGroupsCommand,
  ElastiCacheClient,
  RebootCacheClusterCommand,
  type ElastiCacheClientConfig,
} from '@aws-sdk/client-elasticache';
import type { DescribedGroup, DescribedNode } from '../../../core/cache/controller/types.ts';
import type { CacheControl, CallOutcome } from '../../../core/ports/index.ts';
import { clientConfig } from './clients.ts';
import { outcomeOf } from './outcomes.ts';

const READ_MS = 3000;
const READ_TRIES = 2;
/** A group without cluster mode has one primary and at most five replicas. */
const NODE_ID = '0001';

export interface ElastiCacheControlOptions {
  readonly now: () => number;
  /** How long a mutating request may take, in ms. */
  readonly requestMs: number;
  /** Where AWS is reached. @default - as the SDK finds it in its environment */
  readonly connection?: Pick<ElastiCacheClientConfig, 'region' | 'endpoint' | 'credentials'>;
}

export class ElastiCacheControl implements CacheControl {
  readonly #reader: ElastiCacheClient;
  readonly #writer: ElastiCacheClient;
  readonly #now: () => number;

  constructor({ now, requestMs, connection = {} }: ElastiCacheControlOptions) {
    this.#now = now;
    const reads = clientConfig({ requestMs: READ_MS, tries: READ_TRIES });
    this.#reader = new ElastiCacheClient({ ...connection, ...reads });
    this.#writer = new ElastiCacheClient({ ...connection, ...clientConfig({ requestMs, tries: 1 }) });
  }

  async describe(groupId: string): Promise<DescribedGroup> {
    // Dated before it is asked: the answer can be no newer.
    const at = this.#now();
    const { ReplicationGroups = [] } = await this.#reader.send(
      new DescribeReplicationGroupsCommand({ ReplicationGroupId: groupId }),
    );
    const group = ReplicationGroups.find(({ ReplicationGroupId }) => ReplicationGroupId === groupId);
    if (group === undefined) throw new Error(`AWS describes no replication group ${groupId}`);
    const nodes = await Promise.all((group.MemberClusters ?? []).map((id) => this.#node(id)));
    return {
      groupId,
      status: group.Status ?? 'unknown',
      hasAutomaticFailover: group.AutomaticFailover !== 'disabled',
      hasPendingChange: isAny(group.PendingModifiedValues),
      nodes,
      at,
    };
  }

  async reboot({ cacheClusterId, nodeId }: { cacheClusterId: string; nodeId: string }): Promise<CallOutcome> {
    return outcomeOf(() =>
      this.#writer.send(
        new RebootCacheClusterCommand({ CacheClusterId: cacheClusterId, CacheNodeIdsToReboot: [nodeId] }),
      ),
    );
  }

  /** A node that cannot be described is of unknown status, and nothing is done to its group. */
  async #node(cacheClusterId: string): Promise<DescribedNode> {
    try {
      const { CacheClusters = [] } = await this.#reader.send(
        new DescribeCacheClustersCommand({ CacheClusterId: cacheClusterId, ShowCacheNodeInfo: true }),
      );
      const cluster = CacheClusters.find(({ CacheClusterId }) => CacheClusterId === cacheClusterId);
      const [node] = cluster?.CacheNodes ?? [];
      const status = cluster?.CacheClusterStatus ?? null;
      return { cacheClusterId, nodeId: node?.CacheNodeId ?? NODE_ID, status };
    } catch {
      return { cacheClusterId, nodeId: NODE_ID, status: null };
    }
  }
}

function isAny(pending: object | undefined): boolean {
  return Object.values(pending ?? {}).some((value) =>
    Array.isArray(value) ? value.length > 0 : value !== undefined,
  );
}
