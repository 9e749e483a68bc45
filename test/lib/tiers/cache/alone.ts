/** The tier by itself, in a stack of its own. */

import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { CacheTier, Network, type CacheTierProps } from '../../../../lib/index.ts';
import { testApp, type Resource, type TemplateJson } from '../../synth.ts';

export const ZONES = ['us-east-1a', 'us-east-1b', 'us-east-1c'];

export interface Alone {
  readonly stack: Stack;
  readonly cache: CacheTier;
  readonly role: iam.Role;
  readonly vpc: Network['vpc'];
}

export function alone(change: Partial<CacheTierProps> = {}): Alone {
  const stack = new Stack(testApp(), 'Alone', { env: { region: 'us-east-1' } });
  const { vpc } = new Network(stack, 'Network', { zones: ZONES });
  const props = { environmentName: 'mine', vpc, zones: ZONES, shards: 4, ...change };
  const cache = new CacheTier(stack, 'Cache', props);
  const role = new iam.Role(stack, 'Role', {
    assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com'),
  });
  return { stack, cache, role, vpc };
}

export const jsonOf = (stack: Stack): TemplateJson => Template.fromStack(stack).toJSON() as TemplateJson;

/** The replication groups of a template by their ids, in the order of the template. */
export function groupsOf(template: TemplateJson): Readonly<Record<string, Resource>> {
  const found = Object.values(template.Resources).filter(
    ({ Type }) => Type === 'AWS::ElastiCache::ReplicationGroup',
  );
  return Object.fromEntries(
    found.map((resource) => [resource.Properties['ReplicationGroupId'] as string, resource]),
  );
}
