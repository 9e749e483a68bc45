/** AWS::ElastiCache::ParameterGroup. Which parameters take effect is in `server-config.ts`. */

import { mergedTags } from '../../aurora/providers/tags.ts';
import { type Enacted, Properties, type ResourceProvider, type ResourceRequest } from '../../kernel/index.ts';
import type { Registry } from '../registry.ts';

const NAME_LENGTH_MAX = 255;
const FAMILY = /^(valkey|redis)\d+/;

export function parameterGroupProvider(registry: Registry): ResourceProvider {
  const put = (request: ResourceRequest, name: string): Enacted => {
    const properties = new Properties(request, request.properties);
    properties.only(['CacheParameterGroupFamily', 'Description', 'Properties', 'Tags']);
    const family = properties.requiredText('CacheParameterGroupFamily');
    if (!FAMILY.test(family)) {
      throw properties.fault('CacheParameterGroupFamily', 'the sandbox has Valkey and Redis OSS only');
    }
    const given = (properties.raw('Properties') ?? {}) as Record<string, unknown>;
    const parameters = Object.fromEntries(Object.entries(given).map(([key, value]) => [key, String(value)]));
    if ((parameters['cluster-enabled'] ?? 'no') !== 'no') {
      throw properties.fault('Properties', 'cluster-enabled must be no: the sandbox has no cluster mode');
    }
    const description = properties.requiredText('Description');
    registry.parameterGroups.set(name, { name, family, description, parameters, tags: mergedTags(request) });
    return { physicalId: name, attributes: { CacheParameterGroupName: name } };
  };
  return {
    type: 'AWS::ElastiCache::ParameterGroup',
    replaceOn: ['CacheParameterGroupFamily'],
    create: async (request) => put(request, request.generateName(NAME_LENGTH_MAX).toLowerCase()),
    async update(request) {
      const enacted = put(request, request.physicalId);
      const groups = [...registry.groups.values()];
      const using = groups.filter(({ settings }) => settings.parameterGroup === request.physicalId);
      await Promise.all(using.map((group) => group.applyParameters()));
      return enacted;
    },
    delete: async ({ physicalId }) => void registry.parameterGroups.delete(physicalId),
  };
}
