/** What a replication group is made of, and what all groups of a sandbox share. */

import type { NamingScope } from '../../twin/elasticache/index.ts';
import type { Addresses } from '../aurora/addresses.ts';
import type { Identity, Names, World } from '../kernel/index.ts';
import type { CutOff } from '../network/cut-off.ts';
import type { NetworkRule } from '../network/rule.ts';
import type { CertificateAuthority } from '../tls/index.ts';
import type { RedisServer } from './binaries.ts';
import type { EventLog } from './event-log.ts';
import type { Registry, Tag } from './registry.ts';

export interface GroupSettings {
  readonly id: string;
  readonly engine: string;
  readonly engineVersion: string;
  readonly nodeType: string;
  readonly port: number;
  /** Epoch ms. */
  readonly createdAt: number;
  description: string;
  multiAz: boolean;
  userGroupIds: readonly string[];
  parameterGroup: string | null;
  tags: readonly Tag[];
  /** Told back by Describe calls and otherwise without effect. */
  details: {
    readonly subnetGroup: string | null;
    readonly securityGroupIds: readonly string[];
    readonly encrypted: boolean;
    readonly kmsKeyId: string | null;
    readonly snapshotDays: number;
  };
}

export interface Shared {
  readonly world: World;
  readonly registry: Registry;
  readonly identity: Identity;
  readonly names: Names;
  readonly tls: CertificateAuthority;
  readonly events: EventLog;
  readonly addresses: Addresses;
  readonly naming: NamingScope;
  readonly folder: string;
  /** A name for the next node's folder below `folder`. */
  readonly nextFolder: () => string;
  readonly server: RedisServer;
  /** In force now; a node that starts takes them along. */
  readonly networkRules: () => readonly NetworkRule[];
  readonly cutOff: CutOff;
  /** A connection ends this long after its last login by token. */
  readonly sessionMs: number;
}
