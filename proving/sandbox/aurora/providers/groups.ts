/** AWS::RDS::DBSubnetGroup, AWS::RDS::DBClusterParameterGroup and AWS::RDS::DBParameterGroup. */

import { Properties, type ResourceProvider, type ResourceRequest } from '../../kernel/index.ts';
import type { ParameterGroup, Registry } from '../registry.ts';
import { mergedTags } from './tags.ts';

const NAME_LENGTH_MAX = 255;
/** The parameter that makes the instances refuse plain text. Off by default, as on Aurora PostgreSQL. */
export const FORCE_SSL = 'rds.force_ssl';

export function subnetGroupProvider(registry: Registry): ResourceProvider {
  const put = (request: ResourceRequest, name: string) => {
    const properties = new Properties(request, request.properties);
    properties.only(['DBSubnetGroupName', 'DBSubnetGroupDescription', 'SubnetIds', 'Tags']);
    registry.subnetGroups.set(name, {
      name,
      description: properties.requiredText('DBSubnetGroupDescription'),
      subnetIds: properties.list('SubnetIds').map(String),
      tags: mergedTags(request),
    });
    return {
      physicalId: name,
      attributes: { DBSubnetGroupArn: registry.arn('subgrp', name) },
    };
  };
  return {
    type: 'AWS::RDS::DBSubnetGroup',
    replaceOn: ['DBSubnetGroupName'],
    create: async (request) => put(request, nameFor(request, 'DBSubnetGroupName')),
    update: async (request) => put(request, request.physicalId),
    delete: async ({ physicalId }) => void registry.subnetGroups.delete(physicalId),
  };
}

export function clusterParameterGroupProvider(
  registry: Registry,
  onChange: (group: ParameterGroup) => void,
): ResourceProvider {
  return parameterGroupProvider({
    type: 'AWS::RDS::DBClusterParameterGroup',
    nameProperty: 'DBClusterParameterGroupName',
    arnAttribute: 'DBClusterParameterGroupArn',
    groups: registry.clusterParameterGroups,
    arn: (name) => registry.arn('cluster-pg', name),
    onChange,
  });
}

export function instanceParameterGroupProvider(registry: Registry): ResourceProvider {
  return parameterGroupProvider({
    type: 'AWS::RDS::DBParameterGroup',
    nameProperty: 'DBParameterGroupName',
    arnAttribute: 'DBParameterGroupArn',
    groups: registry.parameterGroups,
    arn: (name) => registry.arn('pg', name),
    onChange: () => undefined,
  });
}

interface Kind {
  readonly type: string;
  readonly nameProperty: string;
  readonly arnAttribute: string;
  readonly groups: Map<string, ParameterGroup>;
  arn(name: string): string;
  onChange(group: ParameterGroup): void;
}

function parameterGroupProvider(kind: Kind): ResourceProvider {
  const put = (request: ResourceRequest, name: string) => {
    const properties = new Properties(request, request.properties);
    properties.only([kind.nameProperty, 'Description', 'Family', 'Parameters', 'Tags']);
    const parameters = (properties.raw('Parameters') ?? {}) as Record<string, unknown>;
    const group: ParameterGroup = {
      name,
      family: properties.requiredText('Family'),
      parameters: Object.fromEntries(Object.entries(parameters).map(([key, value]) => [key, String(value)])),
      tags: mergedTags(request),
    };
    const forced = group.parameters[FORCE_SSL];
    if (forced !== undefined && forced !== '0' && forced !== '1') {
      throw properties.fault('Parameters', `${FORCE_SSL} must be 0 or 1`);
    }
    kind.groups.set(name, group);
    kind.onChange(group);
    const attributes = { [kind.arnAttribute]: kind.arn(name), [kind.nameProperty]: name };
    return { physicalId: name, attributes };
  };
  return {
    type: kind.type,
    replaceOn: [kind.nameProperty, 'Description', 'Family'],
    create: async (request) => put(request, nameFor(request, kind.nameProperty)),
    update: async (request) => put(request, request.physicalId),
    delete: async ({ physicalId }) => void kind.groups.delete(physicalId),
  };
}

function nameFor(request: ResourceRequest, property: string): string {
  const given = new Properties(request, request.properties).text(property);
  return (given ?? request.generateName(NAME_LENGTH_MAX)).toLowerCase();
}
