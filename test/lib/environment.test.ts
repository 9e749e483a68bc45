import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Stack } from 'aws-cdk-lib';
import { beforeAll, describe, expect, it } from 'vitest';
import { InvalidInput } from '../../core/errors.ts';
import { STACKS } from '../../core/naming.ts';
import { ENVIRONMENT_TAG, TIER_TAG, UnderstudyEnvironment } from '../../lib/index.ts';
import { demo } from '../../environments/index.ts';
import {
  STACK_KEYS,
  allResources,
  resourcesOf,
  theOnly,
  synthesize,
  testApp,
  type Resource,
  type Synthesized,
} from './synth.ts';

let made: Synthesized;
beforeAll(() => {
  made = synthesize();
});

/** What the sandbox enacts or knows as inert. A new type needs a provider there first. */
const KNOWN_TYPES = [
  /^AWS::DynamoDB::Table$/,
  /^AWS::RDS::(DBCluster|DBInstance|DBSubnetGroup|DBClusterParameterGroup|DBParameterGroup|DBClusterEndpoint)$/,
  /^AWS::SecretsManager::(Secret|SecretTargetAttachment)$/,
  /^AWS::Lambda::(Function|Permission|EventSourceMapping|EventInvokeConfig)$/,
  /^AWS::Logs::LogGroup$/,
  /^AWS::CloudWatch::(Alarm|CompositeAlarm)$/,
  /^AWS::Events::Rule$/,
  /^AWS::Scheduler::Schedule$/,
  /^AWS::SQS::(Queue|QueuePolicy)$/,
  /^AWS::SNS::(Topic|TopicPolicy|Subscription)$/,
  /^AWS::SSM::Parameter$/,
  /^AWS::IAM::(Role|Policy|ManagedPolicy)$/,
  /^AWS::ElastiCache::(ReplicationGroup|SubnetGroup|ParameterGroup|User|UserGroup)$/,
  /^AWS::ElasticLoadBalancingV2::(LoadBalancer|Listener|TargetGroup)$/,
  /^AWS::Route53::(HostedZone|HealthCheck|RecordSet)$/,
  /^AWS::CertificateManager::Certificate$/,
  /^AWS::S3::(Bucket|BucketPolicy)$/,
  /^AWS::WAFv2::(WebACL|WebACLAssociation)$/,
  /^AWS::ECS::(Cluster|TaskDefinition|Service)$/,
  /^AWS::ServiceDiscovery::(HttpNamespace|Service)$/,
  /^AWS::ApplicationAutoScaling::(ScalableTarget|ScalingPolicy)$/,
  /^AWS::(EC2|KMS)::/,
  /^Custom::/,
];

describe('an environment', () => {
  it('is a stage whose stacks have the known ids, named after the stage', () => {
    const stacks = made.environment.node.children.filter((child): child is Stack => Stack.isStack(child));
    const ids = stacks.map((stack) => stack.node.id);
    expect(ids).toEqual(STACKS.filter((id) => ids.includes(id)));
    expect(stacks.map((stack) => stack.stackName)).toEqual(ids.map((id) => `Demo-${id}`));
  });

  it('deploys its stacks in order', () => {
    const { network, state, database, cache, edge, compute, control } = made.environment;
    expect(database.dependencies).toEqual(expect.arrayContaining([network, state]));
    expect(cache!.dependencies).toEqual(expect.arrayContaining([network, database]));
    expect(edge!.dependencies).toEqual([network]);
    expect(compute!.dependencies).toEqual(expect.arrayContaining([network, state, database, cache, edge]));
    expect(control.dependencies).toEqual(
      expect.arrayContaining([network, state, database, cache, edge, compute]),
    );
    expect(network.dependencies).toEqual([]);
    expect(state.dependencies).toEqual([]);
  });

  it('has only resource types that the sandbox knows', () => {
    const unknown = allResources(made.json).filter(
      ([, { Type }]) => !KNOWN_TYPES.some((type) => type.test(Type)),
    );
    expect(unknown.map(([id, { Type }]) => `${id}: ${Type}`)).toEqual([]);
  });

  it('is the same when it is synthesized again', () => {
    expect(synthesize().json).toEqual(made.json);
  });

  it('names its resources only where AWS or the rights of alarms ask for a name', () => {
    const nameOf: Readonly<Record<string, string>> = {
      'AWS::CloudWatch::Alarm': 'AlarmName',
      'AWS::CloudWatch::CompositeAlarm': 'AlarmName',
      'AWS::DynamoDB::Table': 'TableName',
      'AWS::ECS::Cluster': 'ClusterName',
      'AWS::ECS::Service': 'ServiceName',
      'AWS::ElasticLoadBalancingV2::LoadBalancer': 'Name',
      'AWS::ElasticLoadBalancingV2::TargetGroup': 'Name',
      'AWS::S3::Bucket': 'BucketName',
      'AWS::ServiceDiscovery::HttpNamespace': 'Name',
      'AWS::ServiceDiscovery::Service': 'Name',
      'AWS::ElastiCache::ParameterGroup': 'CacheParameterGroupName',
      'AWS::ElastiCache::ReplicationGroup': 'ReplicationGroupId',
      'AWS::ElastiCache::SubnetGroup': 'CacheSubnetGroupName',
      'AWS::ElastiCache::User': 'UserId',
      'AWS::ElastiCache::UserGroup': 'UserGroupId',
      'AWS::Events::Rule': 'Name',
      'AWS::IAM::ManagedPolicy': 'ManagedPolicyName',
      'AWS::IAM::Role': 'RoleName',
      'AWS::Lambda::Function': 'FunctionName',
      'AWS::Logs::LogGroup': 'LogGroupName',
      'AWS::RDS::DBCluster': 'DBClusterIdentifier',
      'AWS::RDS::DBClusterEndpoint': 'DBClusterEndpointIdentifier',
      'AWS::RDS::DBClusterParameterGroup': 'DBClusterParameterGroupName',
      'AWS::RDS::DBInstance': 'DBInstanceIdentifier',
      'AWS::RDS::DBSubnetGroup': 'DBSubnetGroupName',
      'AWS::Scheduler::Schedule': 'Name',
      'AWS::SecretsManager::Secret': 'Name',
      'AWS::SNS::Topic': 'TopicName',
      'AWS::SQS::Queue': 'QueueName',
      'AWS::SSM::Parameter': 'Name',
    };
    const named = allResources(made.json)
      .filter(([, { Type, Properties }]) => Properties?.[nameOf[Type] ?? ''] !== undefined)
      .map(([, { Type }]) => Type);
    expect([...new Set(named)].sort()).toEqual([
      'AWS::CloudWatch::Alarm',
      'AWS::CloudWatch::CompositeAlarm',
      'AWS::ECS::Service', // what logs, answers and commands call it, within a cluster of our own
      'AWS::ElastiCache::ReplicationGroup', // part of its host name and of every login
      'AWS::ElastiCache::User', // ElastiCache makes up no names for these two
      'AWS::ElastiCache::UserGroup',
      'AWS::ElasticLoadBalancingV2::LoadBalancer', // part of its host name
      'AWS::Logs::LogGroup', // the database's own, which AWS looks for under this name
      'AWS::RDS::DBClusterEndpoint', // part of its host name
      'AWS::SSM::Parameter',
      'AWS::ServiceDiscovery::HttpNamespace', // what callers look services up by
      'AWS::ServiceDiscovery::Service',
    ]);
  });

  it('tags everything that can be tagged with the environment and the tier', () => {
    for (const [id, { Properties }] of allResources(made.json)) {
      if (!Array.isArray(Properties?.['Tags'])) continue;
      const tags = Object.fromEntries(Properties['Tags'].map(({ Key, Value }: any) => [Key, Value]));
      expect(tags, id).toMatchObject({ [ENVIRONMENT_TAG]: 'demo', [TIER_TAG]: expect.any(String) });
    }
  });

  it('protects every stack unless told otherwise, so that destroying all stops at the first', () => {
    const protectedStacks = ({ environment }: Synthesized): boolean[] =>
      STACK_KEYS.map((key) => environment[key]!.terminationProtection ?? false);
    expect(protectedStacks(made)).toEqual(STACK_KEYS.map(() => false));
    expect(protectedStacks(synthesize({ deletionProtection: true }))).toEqual(STACK_KEYS.map(() => true));
  });

  it('keeps data when it is protected, and deletes all of it when it is not', () => {
    // The throttle's table goes in any case; it has a test of its own.
    const policies = (json: Synthesized['json']): Record<string, string | undefined> =>
      Object.fromEntries(
        ['AWS::DynamoDB::Table', 'AWS::RDS::DBCluster', 'AWS::KMS::Key'].map((type) => [
          type,
          [...resourcesOf(json.state, type), ...resourcesOf(json.database, type)][0]?.[1].DeletionPolicy,
        ]),
      );
    expect(policies(made.json)).toEqual({
      'AWS::DynamoDB::Table': 'Delete',
      'AWS::RDS::DBCluster': 'Delete',
      'AWS::KMS::Key': 'Delete',
    });
    expect(policies(synthesize({ deletionProtection: true }).json)).toEqual({
      'AWS::DynamoDB::Table': 'Retain',
      'AWS::RDS::DBCluster': 'Snapshot',
      'AWS::KMS::Key': 'Retain',
    });
  });

  it('answers its outputs under the documented keys', () => {
    const keys = (key: (typeof STACK_KEYS)[number]): string[] =>
      Object.entries(made.json[key].Outputs)
        .filter(([, output]) => output.Export === undefined)
        .map(([name]) => name);
    expect(keys('database')).toEqual([
      'ClusterIdentifier',
      'ClusterEndpoint',
      'ReaderEndpoint',
      'ReaderPoolEndpoint',
      'Port',
      'Members',
      'DatabaseName',
      'SecretArn',
      'ShopRoleArn',
    ]);
    expect(keys('state')).toEqual(['FrontTableName']);
    expect(keys('cache')).toEqual(['CacheShards', 'CacheGutter']);
    expect(keys('compute')).toEqual(['EcsClusterName', 'NamespaceName', 'WebServiceName', 'ServiceNames']);
    expect(keys('control')).toEqual([
      'Environment',
      'StateTableName',
      'ThrottleTableName',
      'CacheFrontName',
      'ParameterRoot',
      'AlarmPrefix',
      'TopicArn',
      'DeadLetterQueueUrl',
    ]);
    expect(made.json.control.Outputs['Environment']!.Value).toBe('demo');
  });

  it('gives each application an output of its own', () => {
    const { json } = synthesize({ applications: ['shop', 'order_service'] });
    expect(Object.keys(json.database.Outputs)).toEqual(
      expect.arrayContaining(['ShopRoleArn', 'OrderServiceRoleArn']),
    );
  });

  it('refers across stacks strongly, so that AWS refuses to delete what is in use', () => {
    const text = JSON.stringify(made.json.control);
    expect(text).toContain('Fn::ImportValue');
    expect(text).not.toContain('Fn::GetStackOutput');
  });

  it('warns of a single copy and of nobody being told, and of nothing in the example', () => {
    const warnings = (environment: UnderstudyEnvironment): number =>
      Annotations.fromStack(environment.control).findWarning('*', Match.anyValue()).length;
    expect(warnings(made.environment)).toBe(0);
    const risky = synthesize({ tiers: { database: { redundancy: 'none' } }, notify: undefined } as never);
    expect(warnings(risky.environment)).toBe(2);
  });

  it('fails for an illegal profile before anything is made', () => {
    const app = testApp();
    const profile = { ...demo, zones: ['us-east-1a', 'us-east-1b'] };
    expect(() => new UnderstudyEnvironment(app, 'Demo', { profile })).toThrow(InvalidInput);
    expect(app.node.children).toEqual([]);
  });
});

describe('I-35: redundancy', () => {
  const zonesOf = (resources: readonly (readonly [string, Resource])[]): readonly string[] =>
    resources.map(([, { Properties }]) => Properties['AvailabilityZone'] as string);

  it.each(['solo', 'pair', 'fleet'] as const)(
    '%s: three zones, and at least three hosts over them',
    (size) => {
      const { json } = synthesize({ size });
      expect(new Set(zonesOf(resourcesOf(json.network, 'AWS::EC2::Subnet'))).size).toBe(3);
      const hosts = resourcesOf(json.database, 'AWS::RDS::DBInstance');
      expect(hosts.length).toBeGreaterThanOrEqual(3);
      expect(new Set(zonesOf(hosts)).size).toBe(3);
      const classes = hosts.map(([, { Properties }]) => Properties['DBInstanceClass'] as string);
      expect(new Set(classes).size, 'each member must carry the load of the writer').toBe(1);
    },
  );

  it("is given up only by name: redundancy: 'none' has one host", () => {
    const { json } = synthesize({ tiers: { database: { redundancy: 'none' } } });
    expect(resourcesOf(json.database, 'AWS::RDS::DBInstance')).toHaveLength(1);
  });

  it('is not weakened by a parameter: durability settings stay as Aurora has them', () => {
    const group = theOnly(made.json.database, 'AWS::RDS::DBClusterParameterGroup');
    expect(group.Properties['Parameters']).toEqual({ 'rds.force_ssl': '1' });
  });
});
