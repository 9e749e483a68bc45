/** AWS::ECS::TaskDefinition: every change is a new revision. */

import { mergedTags } from '../../aurora/providers/tags.ts';
import { Properties, type ResourceProvider } from '../../kernel/index.ts';
import type { Registry } from '../registry.ts';
import { TASK_DEFINITION_PROPERTIES, readDefinition } from './task-definition-properties.ts';

const FAMILY_LENGTH_MAX = 255;

export function taskDefinitionProvider(registry: Registry): ResourceProvider {
  return {
    type: 'AWS::ECS::TaskDefinition',
    replaceOn: TASK_DEFINITION_PROPERTIES.filter((name) => name !== 'Tags'),
    async create(request) {
      const properties = new Properties(request, request.properties);
      const family = properties.text('Family') ?? request.generateName(FAMILY_LENGTH_MAX);
      const definition = registry.register({
        ...readDefinition(properties),
        family,
        tags: mergedTags(request),
      });
      return { physicalId: definition.arn, attributes: { TaskDefinitionArn: definition.arn } };
    },
    async update({ physicalId }) {
      return { physicalId, attributes: { TaskDefinitionArn: physicalId } };
    },
    /** Tasks that run it go on. */
    async delete({ physicalId }) {
      registry.definition(physicalId).active = false;
    },
  };
}
