/** Reading and changing services. */

import type * as ecs from '@aws-sdk/client-ecs';
import { AwsError, operation } from '../../kernel/index.ts';
import { lastPart } from '../registry.ts';
import { described, paged } from './pages.ts';
import { anywhere, inCluster } from './rights.ts';
import type { EcsServiceOptions } from './service.ts';
import { serviceShape } from './service-shape.ts';

/** What UpdateService changes here; everything else is CloudFormation's. */
const CHANGEABLE = ['cluster', 'service', 'desiredCount', 'taskDefinition', 'forceNewDeployment'];

export function serviceOperations({ registry }: EcsServiceOptions) {
  return {
    ListServices: operation({
      authorize: ({ cluster }: ecs.ListServicesRequest) => [
        {
          ...anywhere('ListServices'),
          context: { 'ecs:cluster': registry.arn(`cluster/${lastPart(cluster ?? 'default')}`) },
        },
      ],
      handle: (input: ecs.ListServicesRequest) => {
        const services = registry.servicesOf(registry.cluster(input.cluster).name);
        const { page, ...next } = paged(
          services.map(({ settings }) => settings.arn),
          input,
        );
        return { serviceArns: page, ...next };
      },
    }),
    DescribeServices: operation({
      authorize: ({ cluster, services = [] }: ecs.DescribeServicesRequest) =>
        services.map((id) => inCluster(registry, 'DescribeServices', { kind: 'service', cluster, id })),
      handle: ({ cluster, services = [] }: ecs.DescribeServicesRequest) => {
        const { name } = registry.cluster(cluster);
        const { found, failures } = described(
          services.map((given) => ({
            arn: registry.arn(`service/${name}/${lastPart(given)}`),
            found: registry.findService(cluster, given),
          })),
        );
        return { services: found.map(serviceShape), failures };
      },
    }),
    UpdateService: operation({
      authorize: ({ cluster, service = '' }: ecs.UpdateServiceRequest) => [
        inCluster(registry, 'UpdateService', { kind: 'service', cluster, id: service }),
      ],
      handle: (input: ecs.UpdateServiceRequest) => {
        const given = Object.entries(input).filter(([, value]) => value !== undefined);
        const other = given.find(([name]) => !CHANGEABLE.includes(name));
        if (other) {
          const message = `${other[0]}: the sandbox changes ${CHANGEABLE.slice(2).join(', ')} by this call; use the template for the rest.`;
          throw new AwsError('InvalidParameterException', message);
        }
        const service = registry.service(input.cluster, input.service ?? '');
        const { settings } = service;
        const { desiredCount = settings.config.desiredCount, taskDefinition } = input;
        if (desiredCount < 0) throw new AwsError('InvalidParameterException', 'desiredCount is below 0.');
        settings.config = { ...settings.config, desiredCount };
        if (taskDefinition !== undefined) settings.definition = registry.definition(taskDefinition);
        service.apply(input.forceNewDeployment ?? false);
        return { service: serviceShape(service) };
      },
    }),
  };
}
