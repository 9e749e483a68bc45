/** What ECS puts on the event bus (developer guide, "Amazon ECS events"). */

import type { Deployment, DeploymentEvent } from '../../../twin/ecs/index.ts';
import type { EventBus } from '../../kernel/index.ts';
import { attachmentShape, taskShape } from '../api/task-shape.ts';
import type { ServiceSettings } from './service-settings.ts';
import type { TaskRecord } from './task-record.ts';

const SOURCE = 'aws.ecs';

export function tellTask(bus: EventBus, record: TaskRecord, now: number): void {
  record.version += 1;
  // Times are text on the bus.
  const shape = JSON.parse(JSON.stringify(taskShape(record))) as Record<string, unknown>;
  bus.publish({
    source: SOURCE,
    'detail-type': 'ECS Task State Change',
    resources: [record.origin.arn],
    detail: {
      ...shape,
      attachments: [{ ...attachmentShape(record), type: 'eni' }],
      updatedAt: new Date(now).toISOString(),
    },
  });
}

const FAILED: DeploymentEvent = 'SERVICE_DEPLOYMENT_FAILED';

export function tellDeployment(
  bus: EventBus,
  settings: ServiceSettings,
  told: { readonly event: DeploymentEvent; readonly deployment: Deployment },
): void {
  const { event, deployment } = told;
  bus.publish({
    source: SOURCE,
    'detail-type': 'ECS Deployment State Change',
    resources: [settings.arn],
    detail: {
      eventType: event === FAILED ? 'ERROR' : 'INFO',
      eventName: event,
      clusterArn: settings.cluster.arn,
      deploymentId: deployment.id,
      updatedAt: new Date(deployment.updatedAt).toISOString(),
      reason: deployment.reason,
    },
  });
}

export function tellAction(
  bus: EventBus,
  settings: ServiceSettings,
  told: { readonly event: string; readonly severity: string; readonly now: number },
): void {
  bus.publish({
    source: SOURCE,
    'detail-type': 'ECS Service Action',
    resources: [settings.arn],
    detail: {
      eventType: told.severity,
      eventName: told.event,
      clusterArn: settings.cluster.arn,
      createdAt: new Date(told.now).toISOString(),
    },
  });
}
