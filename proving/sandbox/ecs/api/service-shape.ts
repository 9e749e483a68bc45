/** Services and clusters as the Describe calls show them. */

import { isLive, type Deployment, type Task } from '../../../twin/ecs/index.ts';
import type { Cluster } from '../definitions.ts';
import type { Registry } from '../registry.ts';
import type { RunningService } from '../service/running-service.ts';

export function serviceShape(service: RunningService) {
  const { settings, state, history } = service;
  const { details, config } = settings;
  const primary = state.deployments.find(({ status }) => status === 'PRIMARY');
  return {
    serviceArn: settings.arn,
    serviceName: settings.name,
    clusterArn: settings.cluster.arn,
    status: state.status,
    ...counts(state.tasks, config.desiredCount),
    launchType: 'FARGATE' as const,
    platformVersion: 'LATEST',
    platformFamily: 'Linux',
    taskDefinition: primary?.revision.arn ?? settings.definition.arn,
    loadBalancers: settings.loadBalancers.map((one) => ({ ...one })),
    serviceRegistries: settings.registries.map(({ registryArn, port }) => ({
      registryArn,
      ...(port === null ? {} : { port }),
    })),
    deploymentConfiguration: {
      deploymentCircuitBreaker: config.circuitBreaker,
      maximumPercent: config.maximumPercent,
      minimumHealthyPercent: config.minimumHealthyPercent,
      strategy: 'ROLLING' as const,
    },
    deploymentController: { type: 'ECS' as const },
    deployments: state.deployments.map((one) => deploymentShape(service, one)),
    events: history.events.map(({ id, at, message }) => ({ id, createdAt: new Date(at), message })),
    createdAt: new Date(settings.createdAt),
    networkConfiguration: networkShape(service),
    healthCheckGracePeriodSeconds: details.graceS,
    schedulingStrategy: 'REPLICA' as const,
    enableECSManagedTags: details.enableEcsManagedTags,
    enableExecuteCommand: details.enableExecuteCommand,
    ...(details.propagateTags === null ? {} : { propagateTags: details.propagateTags }),
    ...(details.zoneRebalancing === null ? {} : { availabilityZoneRebalancing: details.zoneRebalancing }),
    tags: settings.tags.map(({ Key: key, Value: value }) => ({ key, value })),
  };
}

function deploymentShape(service: RunningService, deployment: Deployment) {
  const tasks = service.state.tasks.filter((task) => task.deployment === deployment.id);
  return {
    id: deployment.id,
    status: deployment.status,
    taskDefinition: deployment.revision.arn,
    ...counts(tasks, deployment.desired),
    failedTasks: deployment.failures,
    createdAt: new Date(deployment.createdAt),
    updatedAt: new Date(deployment.updatedAt),
    launchType: 'FARGATE' as const,
    platformVersion: '1.4.0',
    platformFamily: 'Linux',
    networkConfiguration: networkShape(service),
    rolloutState: deployment.rollout,
    rolloutStateReason: deployment.reason,
  };
}

function counts(tasks: readonly Task[], desiredCount: number) {
  const running = tasks.filter(({ phase }) => phase === 'running').length;
  return { desiredCount, runningCount: running, pendingCount: tasks.filter(isLive).length - running };
}

function networkShape({ settings }: RunningService) {
  return {
    awsvpcConfiguration: {
      subnets: settings.subnets.map(({ id }) => id),
      securityGroups: [...settings.details.securityGroups],
      assignPublicIp: 'DISABLED' as const,
    },
  };
}

export function clusterShape(registry: Registry, cluster: Cluster) {
  const services = registry.servicesOf(cluster.name);
  const tasks = services.flatMap(({ state }) => state.tasks);
  const { runningCount, pendingCount } = counts(tasks, 0);
  return {
    clusterArn: cluster.arn,
    clusterName: cluster.name,
    status: 'ACTIVE',
    registeredContainerInstancesCount: 0,
    runningTasksCount: runningCount,
    pendingTasksCount: pendingCount,
    activeServicesCount: services.length,
    settings: cluster.settings.map((one) => ({ ...one })),
    capacityProviders: [...cluster.capacityProviders],
    defaultCapacityProviderStrategy: [],
    tags: cluster.tags.map(({ Key: key, Value: value }) => ({ key, value })),
  };
}
