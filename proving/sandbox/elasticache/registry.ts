/** Everything ElastiCache knows in this sandbox, by identifier. Identifiers are lower case, as ElastiCache stores them. */

import { AwsError, type World } from '../kernel/index.ts';
import type { ReplicationGroup } from './replication-group.ts';

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

export interface CacheUser {
  readonly id: string;
  readonly name: string;
  readonly accessString: string;
  readonly authentication: {
    readonly type: 'iam' | 'password' | 'no-password-required';
    readonly passwords: readonly string[];
  };
  readonly engine: string;
  readonly tags: readonly Tag[];
}

export interface UserGroup {
  readonly id: string;
  readonly userIds: readonly string[];
  readonly engine: string;
  readonly tags: readonly Tag[];
}

export interface ParameterGroup {
  readonly name: string;
  readonly family: string;
  readonly description: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly tags: readonly Tag[];
}

export interface SubnetGroup {
  readonly name: string;
  readonly description: string;
  readonly subnetIds: readonly string[];
  readonly tags: readonly Tag[];
}

/** The kinds of resources as their ARNs spell them. */
export type ArnKind =
  'replicationgroup' | 'cluster' | 'user' | 'usergroup' | 'parametergroup' | 'subnetgroup';

export class Registry {
  readonly groups = new Map<string, ReplicationGroup>();
  readonly users = new Map<string, CacheUser>();
  readonly userGroups = new Map<string, UserGroup>();
  readonly parameterGroups = new Map<string, ParameterGroup>();
  readonly subnetGroups = new Map<string, SubnetGroup>();
  private readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  arn(kind: ArnKind, name: string): string {
    const { partition, region, accountId } = this.world;
    return `arn:${partition}:elasticache:${region}:${accountId}:${kind}:${name}`;
  }

  group(id: string): ReplicationGroup {
    const group = this.groups.get(id.toLowerCase());
    if (group) return group;
    throw new AwsError('ReplicationGroupNotFoundFault', `ReplicationGroup ${id} not found.`, { status: 404 });
  }

  /** The group that a node (a cache cluster, in ElastiCache's words) belongs to. */
  groupOfNode(nodeId: string): ReplicationGroup {
    const id = nodeId.toLowerCase();
    const group = [...this.groups.values()].find(({ state }) => state.nodes.some((node) => node.id === id));
    if (group) return group;
    throw new AwsError('CacheClusterNotFound', `CacheCluster not found: ${nodeId}`, { status: 404 });
  }

  /** The users of these user groups, each once. */
  usersOf(userGroupIds: readonly string[]): readonly CacheUser[] {
    const ids = userGroupIds.flatMap((id) => this.userGroups.get(id)?.userIds ?? []);
    return [...new Set(ids)].flatMap((id) => this.users.get(id) ?? []);
  }

  /** Tells every group that uses them of changed users. Rejects with what the first server refused. */
  async usersChanged(): Promise<void> {
    await Promise.all([...this.groups.values()].map((group) => group.applyUsers()));
  }

  /** The tags of a resource of ours. */
  tags(arn: string): readonly Tag[] {
    const [kind, name = ''] = arn.split(':').slice(5);
    const tags = {
      replicationgroup: () => this.group(name).settings.tags,
      cluster: () => this.groupOfNode(name).settings.tags,
      user: () => this.users.get(name)?.tags,
      usergroup: () => this.userGroups.get(name)?.tags,
      parametergroup: () => this.parameterGroups.get(name)?.tags,
      subnetgroup: () => this.subnetGroups.get(name)?.tags,
    }[kind as ArnKind];
    const found = tags?.();
    if (found) return found;
    throw new AwsError('InvalidARN', `${arn} is not the ARN of a resource here.`);
  }
}
