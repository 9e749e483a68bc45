import { RemovalPolicy } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elasticache from 'aws-cdk-lib/aws-elasticache';
import * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { parseShards } from '../../../core/cache/shards-text.ts';
import { CACHE_NAMES, type CacheName } from '../../../core/naming.ts';
import { cacheCopies } from '../../../core/profile/copies.ts';
import {
  CACHE_NODE_TYPES,
  CACHE_PORT,
  CACHE_REDUNDANCY_DEFAULT,
  GUTTER_NODE_TYPES,
  SIZE_DEFAULT,
  hasGutterByDefault,
} from '../../../core/profile/defaults.ts';
import { EPHEMERAL_MARK } from '../../../core/profile/lock.ts';
import type { CacheRedundancy, Size } from '../../../core/profile/types.ts';
import { checkCacheTier } from './check.ts';
import { CacheTierBase, type CacheShard, type ICacheTier } from './base.ts';
import { shardGroup, type ShardGroupProps } from './shard-group.ts';
import { CacheUsers } from './users.ts';

export interface CacheTierProps {
  /** Name of the environment: the first part of every replication group's id and every user's name. */
  readonly environmentName: string;
  /** A VPC with one isolated subnet a zone, in the order of `zones`. */
  readonly vpc: ec2.IVpc;
  readonly zones: readonly string[];
  /** 1 to 64. Another number gives most keys another shard: `npx understudy cache grow` doubles it. */
  readonly shards: number;
  /** @default 'pair' */
  readonly size?: Size;
  /** @default 'masked' */
  readonly redundancy?: CacheRedundancy;
  /** A small node that stands in for dead shards. @default - true for `masked` in `pair` and `fleet`, else false */
  readonly gutter?: boolean;
  /** The node of every shard. @default - cache.t4g.micro for `solo`, cache.m7g.large for `pair`, cache.r7g.large for `fleet` */
  readonly nodeType?: string;
  /** Applications that get a user of their name. @default - none */
  readonly applications?: readonly string[];
}

export interface CacheTierAttributes {
  readonly environmentName: string;
  /** `<group id>=<host>:<port>`, joined by commas, in the order of the shards. */
  readonly shards: string;
  /** The second copy, in the same form. @default - none */
  readonly copies?: string;
  /** The gutter, in the same form. @default - none */
  readonly gutter?: string;
  readonly securityGroupId: string;
}

/** Shards that change at the same time in a deployment, as a share of all of them: each may come back empty. */
const CHANGING_SHARE = 1 / 4;
const PARAMETER_FAMILY = 'valkey8';

/**
 * A cache whose shards are masked: each is a replication group of its own, with cluster mode disabled, so that the
 * keys of a dead one are misses and no other shard's keys move.
 * @throws InvalidInput where shards, names or zones are not legal
 */
export class CacheTier extends CacheTierBase {
  readonly environmentName: string;
  readonly port = CACHE_PORT;
  readonly shards: readonly CacheShard[];
  readonly connections: ec2.Connections;
  readonly users: CacheUsers;
  /** The replication groups in the order of `shards`, for what the tier does not offer. */
  readonly groups: readonly elasticache.CfnReplicationGroup[];

  constructor(scope: Construct, id: string, props: CacheTierProps) {
    checkCacheTier(props);
    super(scope, id);
    this.environmentName = props.environmentName;
    const securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc: props.vpc,
      description: 'The shards of the cache: in from named groups only, out to nowhere.',
      allowAllOutbound: false,
    });
    this.connections = new ec2.Connections({
      securityGroups: [securityGroup],
      defaultPort: ec2.Port.tcp(CACHE_PORT),
    });
    const { environmentName, applications = [] } = props;
    this.users = new CacheUsers(this, 'Users', { environmentName, applications });
    const shared = this.sharedBy(props, securityGroup);
    const made = planned(props).map((plan) => shardGroup(this, { ...plan, ...shared }));
    this.groups = made.map(({ group }) => group);
    this.shards = made.map(({ shard }) => shard);
    inSteps(this.groups, Math.max(1, Math.floor(props.shards * CHANGING_SHARE)));
  }

  /** A tier over shards that exist. Makes nothing. @throws InvalidInput where a text is no list of shards */
  static fromCacheAttributes(scope: Construct, id: string, attributes: CacheTierAttributes): ICacheTier {
    return new ImportedCacheTier(scope, id, attributes);
  }

  /** What all replication groups have in common. */
  private sharedBy(props: CacheTierProps, securityGroup: ec2.SecurityGroup): SharedByShards {
    const key = new kms.Key(this, 'Key', {
      description: 'Encrypts what the shards of the cache put on disk.',
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // What it encrypts is a copy of what the database has.
    (key.node.defaultChild as kms.CfnKey).addMetadata(EPHEMERAL_MARK, true);
    const subnets = new elasticache.CfnSubnetGroup(this, 'Subnets', {
      description: `The isolated subnets of ${props.environmentName}.`,
      subnetIds: props.vpc.isolatedSubnets.map(({ subnetId }) => subnetId),
    });
    const parameters = new elasticache.CfnParameterGroup(this, 'Parameters', {
      cacheParameterGroupFamily: PARAMETER_FAMILY,
      description: `The shards of the cache of ${props.environmentName}.`,
      properties: {
        // Full is the normal state of a cache: what was not read for long goes first, whether it expires or not.
        'maxmemory-policy': 'allkeys-lru',
        // A client keeps one connection a shard however idle it is; one whose host died is found in a minute.
        timeout: '0',
        'tcp-keepalive': '60',
      },
    });
    return {
      environmentName: props.environmentName,
      keyArn: key.keyArn,
      subnetGroup: subnets.ref,
      parameterGroup: parameters.ref,
      securityGroupId: securityGroup.securityGroupId,
      userGroup: this.users.group.ref,
    };
  }
}

type Planned = Pick<ShardGroupProps, 'cache' | 'index' | 'zones' | 'nodeType'>;
type SharedByShards = Omit<ShardGroupProps, keyof Planned>;

/** Every replication group of a tier: zones in turn, and the copy of a shard never in the shard's own zone. */
function planned(props: CacheTierProps): readonly Planned[] {
  const size = props.size ?? SIZE_DEFAULT;
  const redundancy = props.redundancy ?? CACHE_REDUNDANCY_DEFAULT;
  const nodeType = props.nodeType ?? CACHE_NODE_TYPES[size];
  const gutter = props.gutter ?? hasGutterByDefault(size, redundancy);
  const zoneAt = (turn: number): string => props.zones[turn % props.zones.length]!;
  const plan: Readonly<Record<CacheName, (index: number) => Pick<Planned, 'zones' | 'nodeType'>>> = {
    main: (index) => {
      const replica = redundancy === 'replicated' ? [zoneAt(index + 1)] : [];
      return { zones: [zoneAt(index), ...replica], nodeType };
    },
    copy: (index) => ({ zones: [zoneAt(index + 1)], nodeType }),
    // The turn after the last shard's: a zone with as few shards as any.
    gutter: (index) => ({ zones: [zoneAt(props.shards + index)], nodeType: GUTTER_NODE_TYPES[size] }),
  };
  return cacheCopies({ shards: props.shards, redundancy, gutter }).flatMap(({ name: cache, shards }) =>
    Array.from({ length: shards }, (_, index) => ({ cache, index, ...plan[cache](index) })),
  );
}

/** CloudFormation changes at most so many at once: a changed node may come back empty. */
function inSteps(groups: readonly elasticache.CfnReplicationGroup[], atOnce: number): void {
  groups.forEach((group, at) => {
    const before = groups[at - atOnce];
    if (before !== undefined) group.addResourceDependency(before);
  });
}

class ImportedCacheTier extends CacheTierBase {
  readonly environmentName: string;
  readonly port = CACHE_PORT;
  readonly shards: readonly CacheShard[];
  readonly connections: ec2.Connections;

  constructor(scope: Construct, id: string, attributes: CacheTierAttributes) {
    super(scope, id);
    this.environmentName = attributes.environmentName;
    const texts: Readonly<Record<CacheName, string | undefined>> = {
      main: attributes.shards,
      copy: attributes.copies,
      gutter: attributes.gutter,
    };
    this.shards = CACHE_NAMES.flatMap((cache) => {
      const text = texts[cache];
      if (text === undefined) return [];
      return parseShards(text, cache).map((shard, index) => ({ cache, index, nodes: 1, ...shard }));
    });
    const group = ec2.SecurityGroup.fromSecurityGroupId(this, 'SecurityGroup', attributes.securityGroupId);
    const defaultPort = ec2.Port.tcp(this.port);
    this.connections = new ec2.Connections({ securityGroups: [group], defaultPort });
  }
}
