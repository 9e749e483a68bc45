/** The environment profile: what a team writes once to describe an environment. See `validate.ts` for the rules. */

import type { Tier } from '../naming.ts';
import type { Mode } from '../state/items.ts';
import type { QuotasDocument } from '../throttle/quotas-types.ts';

/** `solo`: smallest that heals itself. `pair`: production default. `fleet`: more of everything. */
export type Size = 'solo' | 'pair' | 'fleet';

export interface EnvironmentProfile {
  /** Lower-case letters, digits and dashes, 2 to 24 characters, starts with a letter. Part of parameter paths. */
  readonly name: string;
  readonly region: string;
  /** At least three availability zones of the region (I-35). */
  readonly zones: readonly string[];
  /** @default 'pair' */
  readonly size?: Size;
  readonly tiers: TiersProfile;
  /** Applications that use the environment: each gets a role, a database user and a schema of its name. */
  readonly applications?: readonly string[];
  /** Resources whose callers share a capacity, by the name of the resource. @default - nothing is throttled */
  readonly throttle?: Readonly<Record<string, ThrottleProfile>>;
  /** Values of thresholds that differ from the defaults, by tier and name. */
  readonly thresholds?: Readonly<Partial<Record<Tier, Readonly<Record<string, number>>>>>;
  /**
   * Who is told. `{}` makes a topic of the environment's own that people subscribe to themselves.
   * @default - as `{}`, but synthesis warns that nobody is told
   */
  readonly notify?: { readonly email?: string; readonly topicArn?: string };
  /** What the team already runs and this environment attaches to. */
  readonly existing?: ExistingResources;
  /** @default true; `false` lets `cdk destroy` delete the data, and is meant for demonstrations */
  readonly deletionProtection?: boolean;
}

/** One throttled resource. */
export interface ThrottleProfile extends QuotasDocument {
  /** One of `applications`: its processes enforce the quotas. */
  readonly application: string;
}

export interface TiersProfile {
  readonly database: DatabaseProfile;
  /** @default - no cache is made */
  readonly cache?: CacheProfile;
}

/**
 * `masked`: one node a shard; losing it costs misses, never service. `replicated`: a replica a shard, which AWS
 * promotes. `double`: two full copies, both written and read by the clients.
 */
export type CacheRedundancy = 'masked' | 'replicated' | 'double';

export interface CacheProfile {
  /** 1 to 64. The lock holds it too: `npx understudy cache grow` alone changes it once there is data. */
  readonly shards: number;
  /** @default 'masked' */
  readonly redundancy?: CacheRedundancy;
  /** A small node that stands in for dead shards. @default - true for `masked` in `pair` and `fleet`, else false */
  readonly gutter?: boolean;
  /** The node of every shard. @default - cache.t4g.micro for `solo`, cache.m7g.large for `pair`, cache.r7g.large for `fleet` */
  readonly nodeType?: string;
  /** What `cache-router` may do while no control item names a mode. @default - it acts */
  readonly mode?: Mode;
}

export interface DatabaseProfile {
  /** @default - 2 for `solo` and `pair`, 3 for `fleet` */
  readonly readers?: number;
  /** Asks by name for a single copy: no reader, no failover. Warned about at synthesis. @default - redundant */
  readonly redundancy?: 'none';
  /** Name of the database inside the cluster. @default 'app' */
  readonly databaseName?: string;
  /** Days of backups, 1 to 35. @default 7 */
  readonly backupDays?: number;
  /**
   * What the tier's controllers may do while no control item names a mode.
   * @default - the reader pool acts; a forced promotion of the writer is only observed until a drill has passed
   */
  readonly mode?: Mode;
}

export interface ExistingResources {
  readonly vpc?: ExistingVpc;
  readonly cluster?: ExistingCluster;
  /** A private zone in which people find the database under a name; no client depends on it. */
  readonly hostedZone?: ExistingHostedZone;
}

export interface ExistingVpc {
  readonly vpcId: string;
  /** One isolated subnet a zone, in the order of `zones`. */
  readonly isolatedSubnetIds: readonly string[];
  /**
   * The route table of each of those subnets, in the same order: they get the DynamoDB gateway endpoint.
   * Empty when the VPC has that endpoint already.
   */
  readonly routeTableIds: readonly string[];
}

export interface ExistingCluster {
  readonly identifier: string;
  /** `cluster-...`: part of the ARN that allows a login. */
  readonly resourceId: string;
  readonly endpoint: string;
  readonly readerEndpoint: string;
  /** @default 5432 */
  readonly port?: number;
  readonly securityGroupId: string;
  /** The secret of the master user, for the bootstrap. The cluster's Data API must be on. */
  readonly secretArn: string;
  readonly members: readonly ExistingMember[];
}

export interface ExistingMember {
  readonly id: string;
  readonly endpoint: string;
}

export interface ExistingHostedZone {
  readonly id: string;
  readonly name: string;
}
