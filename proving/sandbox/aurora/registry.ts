/** Everything RDS knows in this sandbox, by identifier. Identifiers are lower case, as RDS stores them. */

import { randomInt } from 'node:crypto';
import { AwsError, type World } from '../kernel/index.ts';
import type { AuroraCluster } from './cluster.ts';
import type { Tag } from './cluster-settings.ts';

export interface InstanceRecord {
  readonly id: string;
  readonly cluster: AuroraCluster;
  /** `db-` and 26 characters. */
  readonly resourceId: string;
  /** Epoch ms. */
  readonly createdAt: number;
  parameterGroup: string | null;
  tags: readonly Tag[];
}

export interface EndpointRecord {
  readonly id: string;
  readonly cluster: AuroraCluster;
  readonly resourceId: string;
  tags: readonly Tag[];
}

export interface ParameterGroup {
  readonly name: string;
  readonly family: string;
  parameters: Readonly<Record<string, string>>;
  tags: readonly Tag[];
}

export interface SubnetGroup {
  readonly name: string;
  readonly description: string;
  readonly subnetIds: readonly string[];
  tags: readonly Tag[];
}

const RESOURCE_ID_CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const RESOURCE_ID_LENGTH = 26;

/** The kinds of RDS resources that carry tags, as their ARNs spell them. */
export type ArnKind = 'cluster' | 'db' | 'cluster-endpoint' | 'cluster-pg' | 'pg' | 'subgrp';

export class Registry {
  readonly clusters = new Map<string, AuroraCluster>();
  readonly instances = new Map<string, InstanceRecord>();
  readonly endpoints = new Map<string, EndpointRecord>();
  readonly clusterParameterGroups = new Map<string, ParameterGroup>();
  readonly parameterGroups = new Map<string, ParameterGroup>();
  readonly subnetGroups = new Map<string, SubnetGroup>();
  private readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  arn(kind: ArnKind, name: string): string {
    const { partition, region, accountId } = this.world;
    return `arn:${partition}:rds:${region}:${accountId}:${kind}:${name}`;
  }

  /** By identifier or ARN, as RDS takes either. */
  cluster(identifier: string): AuroraCluster {
    const cluster = this.clusters.get(nameOf(identifier));
    if (cluster) return cluster;
    throw new AwsError('DBClusterNotFoundFault', `DBCluster ${identifier} not found.`, {
      status: 404,
    });
  }

  instance(identifier: string): InstanceRecord {
    const instance = this.instances.get(nameOf(identifier));
    if (instance) return instance;
    throw new AwsError('DBInstanceNotFound', `DBInstance ${identifier} not found.`, {
      status: 404,
    });
  }

  endpoint(identifier: string): EndpointRecord {
    const endpoint = this.endpoints.get(nameOf(identifier));
    if (endpoint) return endpoint;
    throw new AwsError('DBClusterEndpointNotFoundFault', `DBClusterEndpoint ${identifier} not found.`);
  }

  /** The tags of a resource of ours. */
  tags(arn: string): readonly Tag[] {
    const [kind, name = ''] = arn.split(':').slice(5);
    const tags = {
      cluster: () => this.cluster(name).settings.tags,
      db: () => this.instance(name).tags,
      'cluster-endpoint': () => this.endpoint(name).tags,
      'cluster-pg': () => this.clusterParameterGroups.get(name)?.tags,
      pg: () => this.parameterGroups.get(name)?.tags,
      subgrp: () => this.subnetGroups.get(name)?.tags,
    }[kind as ArnKind];
    const found = tags?.();
    if (found) return found;
    throw new AwsError('InvalidParameterValue', `Invalid resource name: ${arn}`);
  }
}

/** The identifier in an ARN, or the identifier itself. */
export function nameOf(identifier: string): string {
  const name = identifier.startsWith('arn:') ? identifier.split(':').slice(6).join(':') : identifier;
  return name.toLowerCase();
}

export function newResourceId(prefix: 'cluster' | 'db' | 'cluster-endpoint'): string {
  const characters = Array.from(
    { length: RESOURCE_ID_LENGTH },
    () => RESOURCE_ID_CHARACTERS[randomInt(RESOURCE_ID_CHARACTERS.length)],
  );
  return `${prefix}-${characters.join('')}`;
}
