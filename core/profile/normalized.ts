/** A profile after validation: every default applied, nothing optional that has a default. */

import type { Tier } from '../naming.ts';
import type { Mode } from '../state/items.ts';
import type { ResourceQuotas } from '../throttle/quotas-types.ts';
import type { CacheRedundancy, ExistingResources, Size } from './types.ts';

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
