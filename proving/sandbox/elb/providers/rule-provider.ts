/** AWS::ElasticLoadBalancingV2::ListenerRule: what is done with requests of some paths, hosts, methods or headers. */

import { mergedTags } from '../../aurora/providers/tags.ts';
import {
  AwsError,
  type Enacted,
  Properties,
  type ResourceProvider,
  type ResourceRequest,
} from '../../kernel/index.ts';
import type { Rule } from '../model.ts';
import { readAction, readConditions } from './actions.ts';
import type { ProviderPorts } from './ports.ts';

const PRIORITIES = { min: 1, max: 50_000 };

export function ruleProvider({ registry, newId, changed }: ProviderPorts): ResourceProvider {
  const read = (request: ResourceRequest) => {
    const properties = new Properties(request, request.properties);
    properties.only(['Actions', 'Conditions', 'ListenerArn', 'Priority', 'Tags']);
    const priority = properties.integer('Priority', PRIORITIES);
    if (priority === undefined) throw properties.fault('Priority', 'is required');
    const settings = {
      priority,
      conditions: readConditions(properties),
      action: readAction(properties, 'Actions', registry),
      tags: mergedTags(request),
    };
    return { properties, settings };
  };
  const refuseTaken = (listenerArn: string, priority: number, own: string | null) => {
    const taken = registry
      .rulesOf(listenerArn)
      .find((rule) => rule.priority === priority && rule.arn !== own);
    if (taken) throw new AwsError('PriorityInUse', `Priority '${priority}' is currently in use`);
  };
  return {
    type: 'AWS::ElasticLoadBalancingV2::ListenerRule',
    replaceOn: ['ListenerArn'],
    async create(request) {
      const { properties, settings } = read(request);
      const listener = registry.listener(properties.requiredText('ListenerArn'));
      refuseTaken(listener.arn, settings.priority, null);
      const arn = `${listener.arn.replace(':listener/', ':listener-rule/')}/${newId()}`;
      const rule: Rule = { arn, listenerArn: listener.arn, ...settings };
      registry.rules.set(arn, rule);
      await changed();
      return enacted(rule);
    },
    async update(request) {
      const { settings } = read(request);
      const rule = registry.rule(request.physicalId);
      refuseTaken(rule.listenerArn, settings.priority, rule.arn);
      Object.assign(rule, settings);
      await changed();
      return enacted(rule);
    },
    async delete({ physicalId }) {
      registry.rules.delete(physicalId);
      await changed();
    },
  };
}

function enacted({ arn }: Rule): Enacted {
  return { physicalId: arn, attributes: { IsDefault: false, RuleArn: arn } };
}
