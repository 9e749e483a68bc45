/** Where a task is found: target groups of balancers, and services of Cloud Map. */

import type { TargetHealth } from '../../../twin/ecs/index.ts';
import type { BalancerTarget } from '../../kernel/index.ts';
import type { Shared } from './shared.ts';
import type { TaskRecord } from './task-record.ts';

/** Throws what target group or registry answer, e.g. when it is gone. */
export function register(shared: Shared, record: TaskRecord): void {
  const { loadBalancers, registries } = record.origin.attachment;
  for (const { targetGroupArn, containerPort } of loadBalancers) {
    shared.targetGroups.register(targetGroupArn, targetOf(record, containerPort));
  }
  for (const { registryArn, port } of registries) {
    const attributes = attributesOf(shared, record, port ?? record.port);
    shared.instances.register(registryArn, record.id, attributes);
  }
}

/** Resolves when no request is under way any more. What is gone already is as well. */
export async function deregister(shared: Shared, record: TaskRecord): Promise<void> {
  const { loadBalancers, registries } = record.origin.attachment;
  const { log } = shared.world;
  const failed = (error: unknown) =>
    log('ecs', 'a task could not be deregistered', { task: record.id, error: String(error) });
  for (const { registryArn } of registries) {
    try {
      shared.instances.deregister(registryArn, record.id);
    } catch (error) {
      failed(error);
    }
  }
  await Promise.all(
    loadBalancers.map(async ({ targetGroupArn, containerPort }) => {
      try {
        await shared.targetGroups.deregister(targetGroupArn, targetOf(record, containerPort));
      } catch (error) {
        failed(error);
      }
    }),
  );
}

/** Healthy in every target group, or unhealthy in one (developer guide, "Service load balancing"). */
export function targetHealth(shared: Shared, record: TaskRecord): TargetHealth {
  const states = record.origin.attachment.loadBalancers.map(({ targetGroupArn, containerPort }) =>
    shared.targetGroups.stateOf(targetGroupArn, targetOf(record, containerPort)),
  );
  if (states.length === 0) return 'none';
  if (states.includes('unhealthy')) return 'unhealthy';
  if (states.includes('unused') || states.includes('draining')) return 'absent';
  return states.includes('initial') ? 'initial' : 'healthy';
}

function targetOf(record: TaskRecord, port: number): BalancerTarget {
  return { address: record.origin.addresses.address, port, az: record.task.az };
}

/** As ECS writes them (developer guide, "Service discovery"). */
function attributesOf(shared: Shared, record: TaskRecord, port: number): Readonly<Record<string, string>> {
  const { origin } = record;
  return {
    AWS_INSTANCE_IPV4: origin.addresses.address,
    AWS_INSTANCE_PORT: String(port),
    AVAILABILITY_ZONE: record.task.az,
    REGION: shared.world.region,
    ECS_CLUSTER_NAME: origin.cluster,
    ECS_SERVICE_NAME: origin.service,
    ECS_TASK_DEFINITION_FAMILY: record.definition.family,
    AWS_INIT_HEALTH_STATUS: 'HEALTHY',
  };
}
