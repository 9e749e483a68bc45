/**
 * Policies of Application Auto Scaling: nothing scales by load here. What a scalable target does when it is registered
 * is enacted by ECS.
 */

import { createHash, randomUUID } from 'node:crypto';
import { type InertResource, textOf } from './types.ts';

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

export const SCALING_TYPES: readonly InertResource[] = [policy];
