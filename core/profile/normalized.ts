/** A profile after validation: every default applied, nothing optional that has a default. */

import type { Tier } from '../naming.ts';
import type { Mode } from '../state/items.ts';
import type { ResourceQuotas } from '../throttle/quotas-types.ts';
import type {
  CacheRedundancy,
  ExistingHostedZone,
  ExistingResources,
  SecondaryEdge,
  SecondaryKind,
  Size,
} from './types.ts';

export interface NormalizedProfile {
  readonly name: string;
  readonly region: string;
  readonly zones: readonly string[];
  readonly size: Size;
  readonly tiers: NormalizedTiers;
  readonly applications: readonly string[];
  /** Every default applied, sorted by resource. Empty: no throttle function is deployed. */
  readonly throttle: readonly ResourceQuotas[];
  /** The value in force at deployment of every threshold, by tier and name. */
  readonly thresholds: Readonly<Partial<Record<Tier, Readonly<Record<string, number>>>>>;
  readonly notify: { readonly email?: string; readonly topicArn?: string };
  readonly existing: ExistingResources;
  readonly deletionProtection: boolean;
}

export interface NormalizedTiers {
  readonly database: NormalizedDatabase;
  /** Null: no cache is made. */
  readonly cache: NormalizedCache | null;
  /** Sorted by name. Empty: no service is run. */
  readonly service: readonly NormalizedService[];
  /** Null: no web tier is run. */
  readonly web: NormalizedWeb | null;
  /** Null: no balancer is made. */
  readonly edge: NormalizedEdge | null;
}

/** What a task runs. */
export type TaskSource =
  { readonly kind: 'image'; readonly image: string } | { readonly kind: 'entry'; readonly entry: string };

/** Where a secret is: one that exists, or one that the environment makes under a name of its own. */
export type SecretSource =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'arn'; readonly arn: string }
  | { readonly kind: 'generated'; readonly name: string };

export interface NormalizedTask {
  readonly source: TaskSource;
  /** Null: a short hash of image or bundle. */
  readonly version: string | null;
  readonly tasks: number;
  readonly tasksMax: number;
  readonly port: number;
  readonly healthPath: string;
  readonly cpu: number;
  readonly memoryMb: number;
  readonly requestsPerTask: number;
  /** Null: nobody said what the tier must bear. */
  readonly peakRequestsPerS: number | null;
  readonly environment: Readonly<Record<string, string>>;
  /** By the name of the variable. */
  readonly secrets: Readonly<Record<string, SecretSource>>;
}

export interface NormalizedService extends NormalizedTask {
  /** One of the applications. */
  readonly application: string;
  /** Null: no second version is run. */
  readonly canary: NormalizedTask | null;
  readonly mode: Mode | null;
}

export interface NormalizedWeb extends NormalizedTask {
  readonly calls: readonly string[];
  readonly mode: Mode | null;
}

export interface NormalizedEdge {
  readonly domain: string;
  readonly zone: 'create' | ExistingHostedZone;
  readonly private: boolean;
  readonly certificateArn: string | null;
  readonly secondary: SecondaryKind | SecondaryEdge;
  readonly healthSignal: 'metric' | 'endpoint';
  readonly checkPath: string;
  readonly entry: 'dns' | 'static-ip';
  readonly requestsPerAddress: number;
  readonly accessLogDays: number;
  readonly mode: Mode | null;
}

export interface NormalizedCache {
  readonly shards: number;
  readonly redundancy: CacheRedundancy;
  readonly gutter: boolean;
  readonly nodeType: string;
  /** Null: the controller's own default holds. */
  readonly mode: Mode | null;
}

export interface NormalizedDatabase {
  readonly readers: number;
  readonly redundancy: 'redundant' | 'none';
  readonly databaseName: string;
  readonly backupDays: number;
  /** Null: each controller's own default holds. */
  readonly mode: Mode | null;
}

/** Something legal that an engineer should know of. Shown at synthesis under a stable id. */
export interface Warning {
  readonly id: string;
  readonly message: string;
}

export interface ValidatedProfile {
  readonly profile: NormalizedProfile;
  readonly warnings: readonly Warning[];
}
