/** AWS::ElastiCache::SubnetGroup. Nothing in the sandbox depends on it. */

import { mergedTags } from '../../aurora/providers/tags.ts';
import { type Enacted, Properties, type ResourceProvider, type ResourceRequest } from '../../kernel/index.ts';
import type { Registry } from '../registry.ts';

const NAME_LENGTH_MAX = 255;

export function subnetGroupProvider(registry: Registry): ResourceProvider {
  const put = (request: ResourceRequest, known?: string): Enacted => {
    const properties = new Properties(request, request.properties);
    properties.only(['CacheSubnetGroupName', 'Description', 'SubnetIds', 'Tags']);
    const given = known ?? properties.text('CacheSubnetGroupName') ?? request.generateName(NAME_LENGTH_MAX);
    const name = given.toLowerCase();
    registry.subnetGroups.set(name, {
      name,
      description: properties.requiredText('Description'),
      subnetIds: properties.list('SubnetIds').map(String),
      tags: mergedTags(request),
    });
    return { physicalId: name, attributes: {} };
  };
  return {
    type: 'AWS::ElastiCache::SubnetGroup',
    replaceOn: ['CacheSubnetGroupName'],
    create: async (request) => put(request),
    update: async (request) => put(request, request.physicalId),
    delete: async ({ physicalId }) => void registry.subnetGroups.delete(physicalId),
  };
}
