/** What a cluster is made of, and what all clusters of a sandbox share. */

import type { NamingScope } from '../../twin/aurora/index.ts';
import type { Identity, Names, World } from '../kernel/index.ts';
import type { CutOff } from '../network/cut-off.ts';
import type { NetworkRule } from '../network/rule.ts';
import type { CertificateAuthority } from '../tls/index.ts';
import type { Addresses } from './addresses.ts';
import type { Binaries } from './binaries.ts';
import type { EventLog } from './event-log.ts';

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

export interface ClusterSettings {
  readonly id: string;
  /** `cluster-` and 26 characters: what IAM policies for rds-db:connect name. */
  readonly resourceId: string;
  readonly engineVersion: string;
  readonly port: number;
  readonly masterUser: string;
  readonly databaseName: string | null;
  /** Epoch ms. */
  readonly createdAt: number;
  deletionProtection: boolean;
  httpEndpoint: boolean;
  iamAuthentication: boolean;
  /** `rds.force_ssl`. */
  forceTls: boolean;
  backupDays: number;
  tags: readonly Tag[];
  /** Told back by DescribeDBClusters and otherwise without effect. */
  details: {
    readonly subnetGroup: string | null;
    readonly parameterGroup: string | null;
    readonly securityGroupIds: readonly string[];
    readonly encrypted: boolean;
    readonly kmsKeyId: string | null;
  };
}

export interface Shared {
  readonly world: World;
  readonly identity: Identity;
  readonly names: Names;
  readonly tls: CertificateAuthority;
  readonly events: EventLog;
  readonly addresses: Addresses;
  readonly naming: NamingScope;
  readonly folder: string;
  /** A name for the next cluster's folder below `folder`. */
  readonly nextFolder: () => string;
  readonly templateFolder: string;
  readonly binaries: Binaries;
  /** In force now; an instance that starts takes them along. */
  readonly networkRules: () => readonly NetworkRule[];
  readonly cutOff: CutOff;
}
