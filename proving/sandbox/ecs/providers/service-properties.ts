/** Reads what a template says of a service. What the sandbox would not honour is refused by name. */

import type { ServiceConfig } from '../../../twin/ecs/index.ts';
import { mergedTags } from '../../aurora/providers/tags.ts';
import { Properties, type ResourceRequest, type TargetGroups, type World } from '../../kernel/index.ts';
import { startingMs } from '../pace.ts';
import type { Registry } from '../registry.ts';
import type { LoadBalancer, ServiceRegistry, ServiceSettings, Subnet } from '../service/service-settings.ts';

export interface ServiceReader {
  readonly world: World;
  readonly registry: Registry;
  readonly targetGroups: TargetGroups;
  readonly zoneOf: (subnetId: string) => string | null;
}

const KNOWN = [
  'AvailabilityZoneRebalancing',
  'CapacityProviderStrategy',
  'Cluster',
  'DeploymentConfiguration',
  'DeploymentController',
  'DesiredCount',
  'EnableECSManagedTags',
  'EnableExecuteCommand',
  'HealthCheckGracePeriodSeconds',
  'LaunchType',
  'LoadBalancers',
  'NetworkConfiguration',
  'PlatformVersion',
  'PropagateTags',
  'SchedulingStrategy',
  'ServiceName',
  'ServiceRegistries',
  'Tags',
  'TaskDefinition',
];

/** ECS's defaults (API reference, CreateService and DeploymentConfiguration). */
const DEFAULTS = { desiredCount: 1, minimumHealthyPercent: 100, maximumPercent: 200 };
const TASKS_MAX = 100;

export type WantedService = Omit<ServiceSettings, 'name' | 'arn' | 'createdAt'>;

/** @param standing the desired count that holds where the template gives none */
export function readService(
  reader: ServiceReader,
  request: ResourceRequest,
  standing: number = DEFAULTS.desiredCount,
): WantedService {
  const properties = new Properties(request, request.properties);
  properties.only(KNOWN, { ServiceConnectConfiguration: 'the sandbox has no Service Connect' });
  properties.oneOf('SchedulingStrategy', ['REPLICA']);
  properties.oneOf('LaunchType', ['FARGATE']);
  properties.object('DeploymentController')?.oneOf('Type', ['ECS']);
  const network = properties.object('NetworkConfiguration')?.object('AwsvpcConfiguration');
  if (network === undefined) throw properties.fault('NetworkConfiguration', 'must have AwsvpcConfiguration');
  const subnets = readSubnets(network, reader);
  const definition = reader.registry.definition(properties.requiredText('TaskDefinition'));
  const loadBalancers = properties.objects('LoadBalancers').map((one) => readBalancer(one, reader));
  const graceS = properties.integer('HealthCheckGracePeriodSeconds', { min: 0, max: 2_147_483_647 }) ?? 0;
  return {
    cluster: reader.registry.cluster(properties.text('Cluster')),
    definition,
    config: {
      ...readDeployment(properties.object('DeploymentConfiguration')),
      desiredCount: properties.integer('DesiredCount', { min: 0, max: TASKS_MAX }) ?? standing,
      graceMs: startingMs(reader.world, graceS),
      hasTargets: loadBalancers.length > 0,
      zones: [...new Set(subnets.map(({ az }) => az))],
    },
    loadBalancers,
    registries: properties.objects('ServiceRegistries').map(readRegistry),
    subnets,
    details: {
      securityGroups: network.list('SecurityGroups').map(String),
      graceS,
      enableExecuteCommand: properties.boolean('EnableExecuteCommand') ?? false,
      enableEcsManagedTags: properties.boolean('EnableECSManagedTags') ?? false,
      propagateTags: properties.text('PropagateTags') ?? null,
      zoneRebalancing: properties.text('AvailabilityZoneRebalancing') ?? null,
    },
    tags: mergedTags(request),
  };
}

function readDeployment(
  given: Properties | undefined,
): Pick<ServiceConfig, 'minimumHealthyPercent' | 'maximumPercent' | 'circuitBreaker'> {
  given?.only(['Alarms', 'DeploymentCircuitBreaker', 'MaximumPercent', 'MinimumHealthyPercent', 'Strategy']);
  given?.oneOf('Strategy', ['ROLLING']);
  if (given?.object('Alarms')?.boolean('Enable')) {
    throw given.fault('Alarms', 'the sandbox fails a deployment by its circuit breaker alone');
  }
  const breaker = given?.object('DeploymentCircuitBreaker');
  const minimum = given?.integer('MinimumHealthyPercent', { min: 0, max: 100 });
  const maximum = given?.integer('MaximumPercent', { min: 100, max: 1_000 });
  return {
    minimumHealthyPercent: minimum ?? DEFAULTS.minimumHealthyPercent,
    maximumPercent: maximum ?? DEFAULTS.maximumPercent,
    circuitBreaker: {
      enable: breaker?.boolean('Enable') ?? false,
      rollback: breaker?.boolean('Rollback') ?? false,
    },
  };
}

function readSubnets(network: Properties, { zoneOf }: ServiceReader): readonly Subnet[] {
  network.only(['AssignPublicIp', 'SecurityGroups', 'Subnets']);
  const subnets = network.list('Subnets').map((given) => {
    const id = String(given);
    const az = zoneOf(id);
    if (az === null)
      throw network.fault('Subnets', `${id} is no subnet of a stack here: its zone is unknown`);
    return { id, az };
  });
  if (subnets.length > 0) return subnets;
  throw network.fault('Subnets', 'must have at least one');
}

function readBalancer(given: Properties, { targetGroups }: ServiceReader): LoadBalancer {
  given.only(['ContainerName', 'ContainerPort', 'TargetGroupArn']);
  const targetGroupArn = given.requiredText('TargetGroupArn');
  if (!targetGroups.isAttached(targetGroupArn)) {
    throw given.fault('TargetGroupArn', 'the target group does not have an associated load balancer');
  }
  const containerPort = given.integer('ContainerPort', { min: 1, max: 65_535 });
  if (containerPort === undefined) throw given.fault('ContainerPort', 'is required');
  return { targetGroupArn, containerName: given.requiredText('ContainerName'), containerPort };
}

function readRegistry(given: Properties): ServiceRegistry {
  given.only(['ContainerName', 'ContainerPort', 'Port', 'RegistryArn']);
  const range = { min: 1, max: 65_535 };
  const port = given.integer('Port', range) ?? given.integer('ContainerPort', range) ?? null;
  return { registryArn: given.requiredText('RegistryArn'), port };
}
