/**
 * AWS::ApplicationAutoScaling::ScalableTarget. Registering one, and changing its bounds, brings the service inside them
 * (Application Auto Scaling API reference, RegisterScalableTarget). Nothing waits for the tasks, and nothing scales by
 * load here.
 */

import { AwsError, Properties, type ResourceProvider, type ResourceRequest } from '../../kernel/index.ts';
import type { Registry } from '../registry.ts';

const IDENTITY = ['ResourceId', 'ScalableDimension', 'ServiceNamespace'];
const KNOWN = [...IDENTITY, 'MaxCapacity', 'MinCapacity', 'RoleARN', 'SuspendedState', 'Tags'];
const COUNT = { min: 0, max: 5000 };

export function scalableTargetProvider(registry: Registry): ResourceProvider {
  const register = (request: ResourceRequest): string => {
    const properties = new Properties(request, request.properties);
    properties.only(KNOWN, { ScheduledActions: 'the sandbox scales nothing by a schedule' });
    properties.oneOf('ServiceNamespace', ['ecs']);
    properties.oneOf('ScalableDimension', ['ecs:service:DesiredCount']);
    const [kind, cluster = '', name = ''] = properties.requiredText('ResourceId').split('/');
    if (kind !== 'service') throw properties.fault('ResourceId', 'must be service/<cluster>/<service>');
    const least = properties.integer('MinCapacity', COUNT) ?? 0;
    const most = properties.integer('MaxCapacity', COUNT) ?? 0;
    if (least > most) throw properties.fault('MinCapacity', 'must not be above MaxCapacity');
    bringInside(registry, { cluster, name, least, most });
    return IDENTITY.map((field) => properties.requiredText(field)).join('|');
  };
  return {
    type: 'AWS::ApplicationAutoScaling::ScalableTarget',
    replaceOn: IDENTITY,
    async create(request) {
      const physicalId = register(request);
      return { physicalId, attributes: { Id: physicalId } };
    },
    async update(request) {
      const { physicalId } = request;
      register(request);
      return { physicalId, attributes: { Id: physicalId } };
    },
    async delete() {},
  };
}

interface Bounds {
  readonly cluster: string;
  readonly name: string;
  readonly least: number;
  readonly most: number;
}

function bringInside(registry: Registry, { cluster, name, least, most }: Bounds): void {
  const service = registry.findService(cluster, name);
  if (service === undefined) {
    throw new AwsError('ValidationException', `ECS service doesn't exist: service/${cluster}/${name}`);
  }
  const { config } = service.settings;
  const desiredCount = Math.min(most, Math.max(least, config.desiredCount));
  if (desiredCount === config.desiredCount) return;
  service.settings.config = { ...config, desiredCount };
  service.apply(false);
}
