/** What a service is made of, as CreateService and UpdateService give it. */

import type { ServiceConfig } from '../../../twin/ecs/index.ts';
import type { Tag } from '../../aurora/cluster-settings.ts';
import type { Cluster, TaskDefinition } from '../definitions.ts';

export interface LoadBalancer {
  readonly targetGroupArn: string;
  readonly containerName: string;
  readonly containerPort: number;
}

export interface ServiceRegistry {
  readonly registryArn: string;
  readonly port: number | null;
}

export interface Subnet {
  readonly id: string;
  readonly az: string;
}

export interface ServiceSettings {
  readonly name: string;
  readonly arn: string;
  readonly cluster: Cluster;
  /** Epoch ms. */
  readonly createdAt: number;
  definition: TaskDefinition;
  config: ServiceConfig;
  loadBalancers: readonly LoadBalancer[];
  registries: readonly ServiceRegistry[];
  subnets: readonly Subnet[];
  /** Told back by Describe calls and otherwise without effect. */
  details: {
    readonly securityGroups: readonly string[];
    readonly graceS: number;
    readonly enableExecuteCommand: boolean;
    readonly enableEcsManagedTags: boolean;
    readonly propagateTags: string | null;
    readonly zoneRebalancing: string | null;
  };
  tags: readonly Tag[];
}

/** What runs on goes on as it was started; only new tasks take a change of these. */
export type Attachment = Pick<ServiceSettings, 'loadBalancers' | 'registries' | 'subnets'>;
