import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { NormalizedWeb } from '../../../core/profile/index.ts';
import { acknowledgeWildcards } from '../../shared/acknowledgements.ts';
import type { FrontTable } from '../../shared/front-table.ts';
import { serviceRole } from '../../shared/service-role.ts';
import { scaleByCpu, scaleByRequests } from '../service/scaling.ts';
import { taskSecurityGroup } from '../service/security-group.ts';
import type { ServiceTier } from '../service/service-tier.ts';
import { ECS_TASKS } from '../service/task-definition.ts';
import type { Generated } from '../service/task-secrets.ts';
import { TaskService } from '../service/task-service.ts';

export interface WebTierProps {
  readonly environmentName: string;
  readonly zones: readonly string[];
  readonly cluster: ecs.ICluster;
  readonly web: NormalizedWeb;
  /** Where the rules in force are read. */
  readonly frontTable: FrontTable;
  /** The services that it calls. */
  readonly services: readonly ServiceTier[];
  /** Name of the Cloud Map namespace in which the services are found. */
  readonly namespaceName: string;
  /** Balancers that send to the tasks. @default - none: ECS itself asks the tasks for their health */
  readonly balancers?: WebBalancers;
  /** Variables of the kit; those of the tier's own come on top. */
  readonly variables: Readonly<Record<string, string>>;
  /** Secrets that the environment makes. @default - none */
  readonly generatedSecrets?: Generated;
}

/** What of an edge the web tier needs. */
export interface WebBalancers {
  /** One for each balancer, the primary's first: the one whose requests scaling counts. */
  readonly targetGroups: readonly elbv2.ApplicationTargetGroup[];
  readonly securityGroups: readonly ec2.ISecurityGroup[];
}

/** No application can have it: their names hold no dash. */
const SERVICE_NAME = 'web-tier';

/** What the balancers send requests to: tasks over all zones, which call the services behind them. */
export class WebTier extends Construct implements ec2.IConnectable, iam.IGrantable {
  readonly port: number;
  readonly connections: ec2.Connections;
  readonly role: iam.Role;
  readonly grantPrincipal: iam.IPrincipal;
  readonly tasks: TaskService;

  constructor(scope: Construct, id: string, props: WebTierProps) {
    super(scope, id);
    const { environmentName, web, cluster, balancers, services } = props;
    this.port = web.port;
    this.role = serviceRole(this, 'Role', {
      service: ECS_TASKS,
      description: `The web tier of ${environmentName}: finds services and reads their strategies.`,
    });
    this.grantPrincipal = this.role;
    const discover = this.allowDiscovery();
    const names = services.map(({ application }) => application);
    if (names.length > 0) props.frontTable.grantReadStrategies(this.role, names);
    const securityGroup = taskSecurityGroup(this, {
      vpc: cluster.vpc,
      description: `The web tier of ${environmentName}.`,
    });
    const defaultPort = ec2.Port.tcp(web.port);
    this.connections = new ec2.Connections({ securityGroups: [securityGroup], defaultPort });
    for (const service of services) {
      this.connections.allowTo(service, ec2.Port.tcp(service.port), `To the tasks of ${service.application}`);
    }
    this.tasks = new TaskService(this, 'Tasks', {
      environmentName,
      cluster,
      serviceName: SERVICE_NAME,
      task: web,
      role: this.role,
      securityGroup,
      variables: {
        ...props.variables,
        UNDERSTUDY_NAMESPACE: props.namespaceName,
        UNDERSTUDY_CALLS: names.join(','),
      },
      ...(props.generatedSecrets === undefined ? {} : { generatedSecrets: props.generatedSecrets }),
      targetGroups: balancers?.targetGroups ?? [],
    });
    this.tasks.service.node.addDependency(discover);
    for (const group of balancers?.securityGroups ?? []) {
      this.connections.allowFrom(group, defaultPort, 'From a balancer');
    }
    this.scale(props);
    this.node.defaultChild = this.tasks;
  }

  /** Of what the tasks have reserved, in percent. */
  metricCpuUtilization(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.tasks.metricCpuUtilization(options);
  }

  private scale({ web, zones, balancers }: WebTierProps): void {
    const [targetGroup] = balancers?.targetGroups ?? [];
    if (targetGroup === undefined) scaleByCpu(this.tasks.service, web);
    else scaleByRequests(this.tasks.service, web, { targetGroup, zones: zones.length });
  }

  private allowDiscovery(): iam.Policy {
    const actions = ['servicediscovery:DiscoverInstances'];
    const policy = new iam.Policy(this, 'Discover', {
      roles: [this.role],
      statements: [new iam.PolicyStatement({ actions, resources: ['*'] })],
    });
    const reason = 'servicediscovery:DiscoverInstances has no resource level. It only reads addresses.';
    acknowledgeWildcards(policy, ['*'], reason);
    return policy;
  }
}
