/** AWS::ECS::Service: done when the service is stable, and failed with the circuit breaker, as CloudFormation has it. */

import { isDeepStrictEqual } from 'node:util';
import { AwsError, type Enacted, Properties, type ResourceProvider } from '../../kernel/index.ts';
import { RunningService } from '../service/running-service.ts';
import type { Attachment, ServiceSettings } from '../service/service-settings.ts';
import type { Shared } from '../service/shared.ts';
import { readService, type ServiceReader } from './service-properties.ts';

const NAME_LENGTH_MAX = 255;

export interface ServiceProviderOptions extends ServiceReader {
  readonly shared: () => Promise<Shared>;
}

export function serviceProvider(options: ServiceProviderOptions): ResourceProvider {
  const { registry, world, shared } = options;
  return {
    type: 'AWS::ECS::Service',
    replaceOn: ['Cluster', 'DeploymentController', 'LaunchType', 'Role', 'SchedulingStrategy', 'ServiceName'],
    async create(request) {
      const wanted = readService(options, request);
      const given = new Properties(request, request.properties).text('ServiceName');
      const name = given ?? request.generateName(NAME_LENGTH_MAX);
      const arn = registry.arn(`service/${wanted.cluster.name}/${name}`);
      if (registry.services.has(arn)) {
        throw new AwsError('InvalidParameterException', 'Creation of service was not idempotent.');
      }
      const service = new RunningService(await shared(), { ...wanted, name, arn, createdAt: world.now() });
      registry.services.set(arn, service);
      try {
        service.apply(false);
        await service.stable();
      } catch (error) {
        registry.services.delete(arn);
        await service.delete();
        throw error;
      }
      return enacted(service);
    },
    async update(request) {
      const service = registry.services.get(request.physicalId);
      if (service === undefined) throw new AwsError('ServiceNotFoundException', 'Service not found.');
      const { settings } = service;
      const wanted = readService(options, request, settings.config.desiredCount);
      const isMoved = !isDeepStrictEqual(attachmentOf(settings), attachmentOf(wanted));
      Object.assign(settings, wanted);
      service.apply(isMoved);
      await service.stable();
      return enacted(service);
    },
    async delete({ physicalId }) {
      const service = registry.services.get(physicalId);
      await service?.delete();
      registry.services.delete(physicalId);
    },
  };
}

/** A change of these reaches tasks by a deployment only. */
function attachmentOf({ loadBalancers, registries, subnets }: Attachment): Attachment {
  return { loadBalancers, registries, subnets };
}

function enacted({ settings }: { readonly settings: ServiceSettings }): Enacted {
  return { physicalId: settings.arn, attributes: { Name: settings.name, ServiceArn: settings.arn } };
}
