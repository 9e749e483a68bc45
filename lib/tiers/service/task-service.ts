import { Duration } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as cloudmap from 'aws-cdk-lib/aws-servicediscovery';
import { Construct } from 'constructs';
import type { NormalizedTask } from '../../../core/profile/index.ts';
import { allowBundle } from './bundle-rights.ts';
import { CONTAINER, TaskDefinition } from './task-definition.ts';
import type { Generated } from './task-secrets.ts';

export interface TaskServiceProps {
  readonly environmentName: string;
  readonly cluster: ecs.ICluster;
  /** Name of the ECS service, e.g. `shop-canary`. */
  readonly serviceName: string;
  readonly task: NormalizedTask;
  /** What the tasks run as. */
  readonly role: iam.Role;
  readonly securityGroup: ec2.ISecurityGroup;
  /** Variables of the kit; those of the task's own come on top. */
  readonly variables: Readonly<Record<string, string>>;
  /** Secrets that the environment makes. @default - none */
  readonly generatedSecrets?: Generated;
  /** Balancers that send to the tasks and ask them for their health. @default - none: ECS asks them itself */
  readonly targetGroups?: readonly elbv2.ApplicationTargetGroup[];
  /** Where each task is registered for its callers. @default - nowhere */
  readonly registry?: cloudmap.IService;
}

/** New tasks first, old ones after: never fewer than are wanted. */
const HEALTHY_PERCENT = { min: 100, max: 200 };
/** Health verdicts of a balancer that do not count while a task starts. */
const GRACE = Duration.seconds(60);

/** One version of a tier's tasks, kept running by ECS over the private subnets of all zones. */
export class TaskService extends Construct {
  readonly service: ecs.FargateService;
  readonly tasks: TaskDefinition;
  readonly serviceName: string;

  constructor(scope: Construct, id: string, props: TaskServiceProps) {
    super(scope, id);
    const { task, cluster, targetGroups = [], role } = props;
    this.serviceName = props.serviceName;
    this.tasks = new TaskDefinition(this, 'Tasks', {
      environmentName: props.environmentName,
      taskName: props.serviceName,
      task,
      role,
      variables: props.variables,
      ...(props.generatedSecrets === undefined ? {} : { generatedSecrets: props.generatedSecrets }),
      checked: targetGroups.length === 0,
    });
    // No desired count: ECS keeps what scaling made of it when a deployment comes. See `scaling.ts` for the first.
    this.service = new ecs.FargateService(this, 'Service', {
      serviceName: props.serviceName,
      cluster,
      taskDefinition: this.tasks.definition,
      minHealthyPercent: HEALTHY_PERCENT.min,
      maxHealthyPercent: HEALTHY_PERCENT.max,
      circuitBreaker: { enable: true, rollback: true },
      availabilityZoneRebalancing: ecs.AvailabilityZoneRebalancing.ENABLED,
      assignPublicIp: false,
      vpcSubnets: { subnets: cluster.vpc.privateSubnets },
      securityGroups: [props.securityGroup],
      propagateTags: ecs.PropagatedTagSource.SERVICE,
      ...(targetGroups.length === 0 ? {} : { healthCheckGracePeriod: GRACE }),
    });
    this.attach(props);
    this.node.defaultChild = this.service;
    if (this.tasks.bundle === null) return;
    // A task that starts before its role may read the bundle ends at once.
    this.service.node.addDependency(allowBundle(this, { role, bundle: this.tasks.bundle }));
  }

  metric(name: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.service.metric(name, options);
  }

  /** Of what the tasks have reserved, in percent. */
  metricCpuUtilization(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.service.metricCpuUtilization(options);
  }

  /** Of what the tasks have reserved, in percent. */
  metricMemoryUtilization(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.service.metricMemoryUtilization(options);
  }

  /**
   * Where ECS registers every task. Set on the resource itself: the CDK would write the rules of the balancers'
   * security groups into their stack, which must not need this one, and knows no registry without DNS.
   */
  private attach({ task, targetGroups = [], registry }: TaskServiceProps): void {
    const made = this.service.node.defaultChild as ecs.CfnService;
    if (targetGroups.length > 0) {
      made.loadBalancers = targetGroups.map(({ targetGroupArn }) => ({
        containerName: CONTAINER,
        containerPort: task.port,
        targetGroupArn,
      }));
    }
    if (registry !== undefined) {
      made.serviceRegistries = [{ registryArn: registry.serviceArn, port: task.port }];
    }
  }
}
