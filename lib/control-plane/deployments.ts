import { Stack } from 'aws-cdk-lib';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import * as events from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import type { Notifications } from './notifications.ts';

export interface DeploymentsProps {
  readonly environmentName: string;
  /** The cluster whose services are watched. */
  readonly cluster: ecs.ICluster;
  readonly notifications: Notifications;
}

/** Tells people of a deployment of tasks that ECS took back, with the reason that ECS gives. */
export class Deployments extends Construct {
  readonly failed: events.Rule;

  constructor(scope: Construct, id: string, props: DeploymentsProps) {
    super(scope, id);
    const { cluster, notifications, environmentName } = props;
    const services = Stack.of(this).formatArn({
      service: 'ecs',
      resource: 'service',
      resourceName: `${cluster.clusterName}/`,
    });
    this.failed = new events.Rule(this, 'Failed', {
      description: `Deployments of tasks of ${environmentName} that were rolled back.`,
      eventPattern: {
        source: ['aws.ecs'],
        detailType: ['ECS Deployment State Change'],
        resources: events.Match.prefix(services),
        detail: { eventName: ['SERVICE_DEPLOYMENT_FAILED'] },
      },
    });
    notifications.tellOf(this.failed);
    this.node.defaultChild = this.failed;
  }
}
