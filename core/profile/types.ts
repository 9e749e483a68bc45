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
  /** Services behind the web tier, by the name of their application. @default - none is run */
  readonly service?: Readonly<Record<string, ServiceProfile>>;
  /** What the balancers send requests to. @default - none is run */
  readonly web?: WebProfile;
  /** Balancers and the names that clients know. Needs `web`. @default - none is made */
  readonly edge?: EdgeProfile;
}

/** What runs in the tasks of a tier: exactly one of `image` and `entry`. */
export interface TaskProfile {
  /** A container image, by tag or digest. */
  readonly image?: string;
  /** A file that Node can run: bundled into one file and loaded by a stock image, without Docker. */
  readonly entry?: string;
  /** What is deployed, as logs, answers and drills name it. @default - a short hash of image or bundle */
  readonly version?: string;
  /** At least one a zone (I-35). @default - one a zone for `solo` and `pair`, two a zone for `fleet` */
  readonly tasks?: number;
  /** Most tasks that scaling may run. @default - three times `tasks` */
  readonly tasksMax?: number;
  /** @default 8080 */
  readonly port?: number;
  /** Answers 200 when a task serves. @default '/health' */
  readonly healthPath?: string;
  /** Fargate's CPU units: 256, 512, 1024, 2048 or 4096. @default 256 */
  readonly cpu?: number;
  /** One of the sizes that Fargate sells with `cpu`. @default - the least of them: 512 for 256 */
  readonly memoryMb?: number;
  /** Requests a second that one task bears: what the capacity check and scaling count by. @default 100 */
  readonly requestsPerTask?: number;
  /** Requests a second that the tier must bear with one zone gone (I-35). @default - not checked */
  readonly peakRequestsPerS?: number;
  /** Plain variables of the tasks beside the kit's own, as text in the template: never a secret. @default - none */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * Variables that a task gets from Secrets Manager when it starts, by the name of the variable. The template holds
   * where a value is and never the value; the role that starts the tasks may read these secrets and no others.
   * @default - none
   */
  readonly secrets?: Readonly<Record<string, SecretProfile>>;
}

/**
 * A secret that exists, by name or whole ARN; or one that the environment makes, 64 random letters and digits. Tasks
 * that ask for the same name to be generated share one.
 */
export type SecretProfile = string | { readonly generate: string };

export interface ServiceProfile extends TaskProfile {
  /**
   * A second version beside the first, which the strategy's rules send users to. It differs in what is named here;
   * its `environment` and `secrets` are added to those of the first. @default - none
   */
  readonly canary?: Pick<TaskProfile, 'image' | 'entry' | 'version' | 'tasks' | 'environment' | 'secrets'>;
  /** What the controllers may do while no control item names a mode. @default - they act */
  readonly mode?: Mode;
}

export interface WebProfile extends TaskProfile {
  /** Services that it calls, by name. @default - all of `service` */
  readonly calls?: readonly string[];
  /** What the controllers may do while no control item names a mode. @default - they act */
  readonly mode?: Mode;
}

/**
 * What answers when the balancer does not. `edge`: a second balancer in front of the same tasks. `static-page`: a page
 * in a bucket, served by CloudFront. `none`: nothing, by name.
 */
export type SecondaryKind = 'edge' | 'static-page' | 'none';

/** An edge elsewhere, for example in another Region: a balancer by its name and the hosted zone of its Region. */
export interface SecondaryEdge {
  readonly dnsName: string;
  readonly hostedZoneId: string;
}

export interface EdgeProfile {
  /** The name that clients know, e.g. `shop.example.com`. */
  readonly domain: string;
  /**
   * The zone that owns the name. `create` makes one of the domain's parent: delegate to it before clients use it.
   * @default 'create'
   */
  readonly zone?: 'create' | ExistingHostedZone;
  /**
   * A private zone and internal balancers: only the VPC's clients come in. Needs `certificateArn`, because ACM validates
   * no name by a record that only the VPC sees. @default false
   */
  readonly private?: boolean;
  /** A certificate of the domain in ACM. @default - one is asked for and validated by a record in the zone */
  readonly certificateArn?: string;
  /** @default 'edge' */
  readonly secondary?: SecondaryKind | SecondaryEdge;
  /**
   * What makes Route 53 leave the primary: `metric` follows the metric `edge-healthy`; `endpoint` has Route 53's own
   * checkers ask `checkPath` every 10 s, which makes that path public.
   * @default 'metric'
   */
  readonly healthSignal?: 'metric' | 'endpoint';
  /** @default - the web tier's `healthPath` */
  readonly checkPath?: string;
  /** `static-ip`: two fixed addresses of Global Accelerator in front. @default 'dns' */
  readonly entry?: 'dns' | 'static-ip';
  /**
   * Requests that one address may send in 60 s before WAF refuses it.
   * @default - 3000, or what the quotas of `throttle` allow one caller of everything where that is more
   */
  readonly requestsPerAddress?: number;
  /** Days that access logs are kept. @default 30 */
  readonly accessLogDays?: number;
  /** What the controllers may do while no control item names a mode. @default - they act */
  readonly mode?: Mode;
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
  /** One subnet a zone that reaches the internet through a NAT gateway: for the tasks. Required with web or service. */
  readonly privateSubnetIds?: readonly string[];
  /** One subnet a zone that the internet reaches: for the balancers. Required with an edge that is not private. */
  readonly publicSubnetIds?: readonly string[];
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
