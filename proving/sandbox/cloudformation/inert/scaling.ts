/** Application Auto Scaling: the number of tasks is the template's and the operator's here; nothing scales by itself. */

import { createHash, randomUUID } from 'node:crypto';
import { type InertResource, textOf } from './types.ts';

const target: InertResource = {
  type: 'AWS::ApplicationAutoScaling::ScalableTarget',
  replaceOn: ['ResourceId', 'ScalableDimension', 'ServiceNamespace'],
  identify: (request) =>
    ['ResourceId', 'ScalableDimension', 'ServiceNamespace'].map((name) => textOf(request, name)).join('|'),
  attributes: (physicalId) => ({ Id: physicalId }),
};

const policy: InertResource = {
  type: 'AWS::ApplicationAutoScaling::ScalingPolicy',
  replaceOn: ['PolicyName', 'ResourceId', 'ScalableDimension', 'ScalingTargetId', 'ServiceNamespace'],
  identify: (request, world) => {
    const owner = createHash('sha256').update(textOf(request, 'ScalingTargetId')).digest('hex').slice(0, 12);
    const name = textOf(request, 'PolicyName') || request.generateName(256);
    const place = `${world.region}:${world.accountId}`;
    return `arn:${world.partition}:autoscaling:${place}:scalingPolicy:${owner}-${randomUUID()}:policyName/${name}`;
  },
  attributes: (physicalId) => ({ Arn: physicalId }),
};

export const SCALING_TYPES: readonly InertResource[] = [target, policy];
