/** A task as DescribeTasks shows it, and as events carry it. */

import type { TaskRecord } from '../service/task-record.ts';

const HEALTH = { none: 'UNKNOWN', unknown: 'UNKNOWN', healthy: 'HEALTHY', unhealthy: 'UNHEALTHY' } as const;

export function taskShape(record: TaskRecord) {
  const { origin, task, definition } = record;
  const { runningAt, stop } = task;
  return {
    taskArn: origin.arn,
    clusterArn: origin.clusterArn,
    taskDefinitionArn: definition.arn,
    group: `service:${origin.service}`,
    startedBy: task.deployment,
    availabilityZone: task.az,
    attachments: [attachmentShape(record)],
    containers: [containerShape(record)],
    cpu: definition.cpu,
    memory: definition.memory,
    desiredStatus: record.desiredStatus,
    lastStatus: record.lastStatus,
    healthStatus: HEALTH[task.container],
    launchType: 'FARGATE',
    platformVersion: '1.4.0',
    platformFamily: 'Linux',
    connectivity: 'CONNECTED',
    enableExecuteCommand: false,
    overrides: { containerOverrides: [{ name: definition.container.name }] },
    createdAt: new Date(origin.createdAt),
    ...(runningAt === null ? {} : { startedAt: new Date(runningAt) }),
    ...(stop === null ? {} : { stopCode: stop.code, stoppedReason: stop.text }),
    ...(record.stoppedAt === null ? {} : { stoppedAt: new Date(record.stoppedAt) }),
    version: record.version,
  };
}

/** Of its network interface; events name the type `eni`. */
export function attachmentShape({ id, origin, stoppedAt }: TaskRecord) {
  const details = {
    subnetId: origin.subnet.id,
    networkInterfaceId: `eni-${id.slice(0, 17)}`,
    privateIPv4Address: origin.addresses.address,
  };
  return {
    id,
    type: 'ElasticNetworkInterface',
    status: stoppedAt === null ? 'ATTACHED' : 'DELETED',
    details: Object.entries(details).map(([name, value]) => ({ name, value })),
  };
}

function containerShape(record: TaskRecord) {
  const { origin, definition, id, exitCode, task } = record;
  const { name, image } = definition.container;
  return {
    containerArn: `${origin.arn.replace(':task/', ':container/')}/${id}`,
    taskArn: origin.arn,
    name,
    image,
    lastStatus:
      record.lastStatus === 'RUNNING' ? 'RUNNING' : record.stoppedAt === null ? 'PENDING' : 'STOPPED',
    ...(exitCode === null ? {} : { exitCode }),
    healthStatus: HEALTH[task.container],
    networkInterfaces: [{ attachmentId: id, privateIpv4Address: origin.addresses.address }],
  };
}
