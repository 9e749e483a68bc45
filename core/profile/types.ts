/** The environment profile: what a team writes once to describe an environment. See `validate.ts` for the rules. */

import type { Tier } from '../naming.ts';

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
  /** Values of thresholds that differ from the defaults, by tier and name. */
  readonly thresholds?: Readonly<Partial<Record<Tier, Readonly<Record<string, number>>>>>;
  /** Who is told. @default - alarms are visible, nobody is told, and synthesis warns */
  readonly notify?: { readonly email?: string; readonly topicArn?: string };
  /** What the team already runs and this environment attaches to. */
  readonly existing?: ExistingResources;
  /** @default true; `false` lets `cdk destroy` delete the data, and is meant for demonstrations */
  readonly deletionProtection?: boolean;
}

export interface TiersProfile {
  readonly database: DatabaseProfile;
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
}

export interface ExistingResources {
  readonly vpc?: {
    readonly vpcId: string;
    readonly isolatedSubnetIds: readonly string[];
    readonly routeTableIds: readonly string[];
  };
  readonly cluster?: {
    readonly identifier: string;
    readonly resourceId: string;
    readonly endpoint: string;
    readonly readerEndpoint: string;
    readonly port?: number;
    readonly securityGroupId: string;
    readonly secretArn: string;
    readonly members: readonly { readonly id: string; readonly endpoint: string }[];
  };
  readonly hostedZone?: { readonly id: string; readonly name: string };
}
