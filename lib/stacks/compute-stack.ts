import { Stack, Validations, type StackProps } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as cloudmap from 'aws-cdk-lib/aws-servicediscovery';
import type { Construct } from 'constructs';
import type { NormalizedProfile, NormalizedService, NormalizedWeb } from '../../core/profile/index.ts';
import type { FrontTable } from '../shared/front-table.ts';
import { addOutputs, type OutputSpec } from '../shared/outputs.ts';
import { ServiceTier } from '../tiers/service/service-tier.ts';
import { WebTier, type WebBalancers } from '../tiers/web/web-tier.ts';
import type { CacheStack } from './cache-stack.ts';
import type { DatabaseStack } from './database-stack.ts';
import { serviceVariables, taskVariables } from './task-variables.ts';
import type { StateStack } from './state-stack.ts';

export interface ComputeStackProps extends StackProps {
  readonly profile: NormalizedProfile;
  readonly vpc: ec2.IVpc;
  readonly state: StateStack;
  readonly database: DatabaseStack;
  /** Null where the profile has no cache. */
  readonly cache: CacheStack | null;
  /** Null where no balancer is made. */
  readonly balancers: WebBalancers | null;
}

/** The tasks of the web tier and of the services. It holds no data: every task can be started again at any time. */
export class ComputeStack extends Stack {
  readonly cluster: ecs.Cluster;
  /** Where the tasks of the services are found. */
  readonly namespace: cloudmap.HttpNamespace;
  /** By application. */
  readonly services: ReadonlyMap<string, ServiceTier>;
  /** Null where the profile has no web tier. */
  readonly web: WebTier | null;
  private readonly props: ComputeStackProps;

  constructor(scope: Construct, id: string, props: ComputeStackProps) {
    super(scope, id, props);
    this.props = props;
    const { profile, vpc, state } = props;
    this.cluster = new ecs.Cluster(this, 'Cluster', { vpc });
    Validations.of(this.cluster).acknowledge({
      id: 'AwsSolutions-ECS4',
      reason:
        'Container Insights costs a metric for each task. Probers ask every task each second, and the metrics of ' +
        'services and balancers are free.',
    });
    this.namespace = new cloudmap.HttpNamespace(this, 'Namespace', {
      name: profile.name,
      description: `Where the services of ${profile.name} are found.`,
    });
    const { service, web } = profile.tiers;
    this.services = new Map(service.map((one) => [one.application, this.makeService(one)]));
    this.web = web === null || state.frontTable === null ? null : this.makeWeb(web, state.frontTable);
    addOutputs(this, this.outputs());
  }

  private makeService(service: NormalizedService): ServiceTier {
    const { profile, database, state, cache } = this.props;
    const { application } = service;
    const role = database.applications.find((one) => one.application === application)!.role;
    const tier = new ServiceTier(this, `Service-${application}`, {
      environmentName: profile.name,
      cluster: this.cluster,
      namespace: this.namespace,
      service,
      role,
      variables: serviceVariables({ profile, application, database, state, cache: cache?.cache ?? null }),
      generatedSecrets: state.generatedSecrets,
    });
    tier.connections.allowTo(
      database.database,
      ec2.Port.tcp(database.database.port),
      'To every member of the database',
    );
    if (cache !== null) {
      tier.connections.allowTo(cache.cache, ec2.Port.tcp(cache.cache.port), 'To every shard of the cache');
    }
    return tier;
  }

  private makeWeb(web: NormalizedWeb, frontTable: FrontTable): WebTier {
    const { profile, state, balancers } = this.props;
    return new WebTier(this, 'Web', {
      environmentName: profile.name,
      zones: profile.zones,
      cluster: this.cluster,
      web,
      frontTable,
      services: web.calls.map((name) => this.services.get(name)!),
      namespaceName: profile.name,
      ...(balancers === null ? {} : { balancers }),
      variables: taskVariables({ profile, state, tier: 'web' }),
      generatedSecrets: state.generatedSecrets,
    });
  }

  private outputs(): readonly OutputSpec[] {
    const services = [...this.services.values()].flatMap(({ versions }) => versions);
    const names = services.map(({ serviceName, service }) => `${serviceName}=${service.serviceName}`);
    return [
      {
        key: 'EcsClusterName',
        value: this.cluster.clusterName,
        description: 'The ECS cluster of all tasks.',
      },
      { key: 'NamespaceName', value: this.props.profile.name, description: 'The Cloud Map namespace.' },
      ...(this.web === null
        ? []
        : [
            {
              key: 'WebServiceName',
              value: this.web.tasks.service.serviceName,
              description: 'The ECS service of the web tier.',
            },
          ]),
      ...(names.length === 0
        ? []
        : [
            {
              key: 'ServiceNames',
              value: names.join(','),
              description: 'Every service and version as name=ECS service, joined by commas.',
            },
          ]),
    ];
  }
}
