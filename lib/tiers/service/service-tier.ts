import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as cloudmap from 'aws-cdk-lib/aws-servicediscovery';
import { Construct } from 'constructs';
import { discoveryName, type ServiceVersion } from '../../../core/naming.ts';
import type { NormalizedService, NormalizedTask } from '../../../core/profile/index.ts';
import { scaleByCpu } from './scaling.ts';
import { taskSecurityGroup } from './security-group.ts';
import type { Generated } from './task-secrets.ts';
import { TaskService } from './task-service.ts';

export interface ServiceTierProps {
  readonly environmentName: string;
  readonly cluster: ecs.ICluster;
  /** Where the tasks are found. */
  readonly namespace: cloudmap.HttpNamespace;
  readonly service: NormalizedService;
  /** What the tasks run as. */
  readonly role: iam.Role;
  /** Variables of the kit; those of the service's own come on top. */
  readonly variables: Readonly<Record<string, string>>;
  /** Secrets that the environment makes. @default - none */
  readonly generatedSecrets?: Generated;
}

/**
 * One application behind the web tier: its tasks over all zones, registered with Cloud Map, and those of a second
 * version beside them where the profile has a canary.
 */
export class ServiceTier extends Construct implements ec2.IConnectable, iam.IGrantable {
  readonly application: string;
  readonly port: number;
  readonly connections: ec2.Connections;
  readonly grantPrincipal: iam.IPrincipal;
  readonly stable: TaskService;
  /** Null where there is no second version. */
  readonly canary: TaskService | null;

  constructor(scope: Construct, id: string, props: ServiceTierProps) {
    super(scope, id);
    const { service } = props;
    this.application = service.application;
    this.port = service.port;
    this.grantPrincipal = props.role;
    const securityGroup = taskSecurityGroup(this, {
      vpc: props.cluster.vpc,
      description: `The tasks of ${service.application} of ${props.environmentName}.`,
    });
    this.connections = new ec2.Connections({
      securityGroups: [securityGroup],
      defaultPort: ec2.Port.tcp(service.port),
    });
    this.stable = this.make('stable', service, securityGroup, props);
    this.canary = service.canary === null ? null : this.make('canary', service.canary, securityGroup, props);
    this.node.defaultChild = this.stable;
  }

  /** The versions that run. */
  get versions(): readonly TaskService[] {
    return this.canary === null ? [this.stable] : [this.stable, this.canary];
  }

  /** Of what the tasks of the first version have reserved, in percent. */
  metricCpuUtilization(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.stable.metricCpuUtilization(options);
  }

  private make(
    version: ServiceVersion,
    task: NormalizedTask,
    securityGroup: ec2.ISecurityGroup,
    { environmentName, cluster, namespace, role, variables, generatedSecrets }: ServiceTierProps,
  ): TaskService {
    const name = discoveryName(this.application, version);
    const registry = namespace.createService(name, {
      name,
      description: `Tasks of ${name}, registered by ECS.`,
      // ECS says of each task whether it is healthy.
      customHealthCheck: { failureThreshold: 1 },
    });
    const made = new TaskService(this, version === 'stable' ? 'Stable' : 'Canary', {
      environmentName,
      cluster,
      serviceName: name,
      task,
      role,
      securityGroup,
      variables,
      ...(generatedSecrets === undefined ? {} : { generatedSecrets }),
      registry,
    });
    scaleByCpu(made.service, task);
    return made;
  }
}
