/** AWS::ElastiCache::ReplicationGroup: one node group of real servers, cluster mode disabled. */

import { AwsError, type Enacted, Properties, type ResourceProvider, type World } from '../../kernel/index.ts';
import type { Shared } from '../group-settings.ts';
import type { Registry } from '../registry.ts';
import { ReplicationGroup } from '../replication-group.ts';
import { type GroupPlan, readGroup } from './group-properties.ts';

export interface GroupProviderOptions {
  readonly world: World;
  readonly registry: Registry;
  readonly shared: () => Promise<Shared>;
}

export function groupProvider({ world, registry, shared }: GroupProviderOptions): ResourceProvider {
  return {
    type: 'AWS::ElastiCache::ReplicationGroup',
    replaceOn: [
      'AtRestEncryptionEnabled',
      'CacheSubnetGroupName',
      'KmsKeyId',
      'Port',
      'ReplicationGroupId',
      'TransitEncryptionEnabled',
    ],
    async create(request) {
      const plan = readGroup(request, world, registry);
      const { id } = plan.settings;
      if (registry.groups.has(id)) {
        throw new AwsError('ReplicationGroupAlreadyExists', `Replication group ${id} already exists.`);
      }
      const group = new ReplicationGroup(await shared(), plan.settings, plan.automaticFailover);
      registry.groups.set(id, group);
      try {
        await group.create(plan.zones);
      } catch (error) {
        registry.groups.delete(id);
        await group.delete();
        throw error;
      }
      return enacted(group);
    },
    async update(request) {
      const plan = readGroup(request, world, registry);
      const group = registry.group(request.physicalId);
      refuseImpossible(new Properties(request, request.properties), plan, group);
      const { description, multiAz, userGroupIds, parameterGroup, tags, details } = plan.settings;
      Object.assign(group.settings, { description, multiAz, userGroupIds, parameterGroup, tags, details });
      group.setAutomaticFailover(plan.automaticFailover);
      await group.applyUsers();
      await group.applyParameters();
      return enacted(group);
    },
    async delete({ physicalId }) {
      const group = registry.groups.get(physicalId);
      registry.groups.delete(physicalId);
      await group?.delete();
    },
  };
}

/** What AWS changes in place, by replacing nodes, and the sandbox does not. */
function refuseImpossible(properties: Properties, plan: GroupPlan, group: ReplicationGroup): void {
  const { settings, zones } = plan;
  const unchanged = 'the sandbox cannot change it in place; delete the group and create it anew';
  if (zones.length !== group.state.nodes.length) throw properties.fault('NumCacheClusters', unchanged);
  if (settings.nodeType !== group.settings.nodeType) throw properties.fault('CacheNodeType', unchanged);
  if (settings.engine !== group.settings.engine) throw properties.fault('Engine', unchanged);
  if (settings.engineVersion !== group.settings.engineVersion) {
    throw properties.fault('EngineVersion', unchanged);
  }
}

function enacted(group: ReplicationGroup): Enacted {
  const { settings, names, state } = group;
  const port = String(settings.port);
  const nodes = state.nodes.map(({ id }) => names.node(id));
  const ports = nodes.map(() => port);
  return {
    physicalId: settings.id,
    attributes: {
      'PrimaryEndPoint.Address': names.primary,
      'PrimaryEndPoint.Port': port,
      'ReaderEndPoint.Address': names.reader,
      'ReaderEndPoint.Port': port,
      'ReadEndPoint.Addresses': `[${nodes.join(', ')}]`,
      'ReadEndPoint.Addresses.List': nodes,
      'ReadEndPoint.Ports': `[${ports.join(', ')}]`,
      'ReadEndPoint.Ports.List': ports,
    },
  };
}
