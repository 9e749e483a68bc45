import { Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { beforeAll, describe, expect, it } from 'vitest';
import { DatabaseTier, Network } from '../../../../lib/index.ts';
import { existing } from '../../../core/profile/profiles.ts';
import { resourcesOf, theOnly, synthesize, testApp, type Synthesized } from '../../synth.ts';

const ZONES = ['us-east-1a', 'us-east-1b', 'us-east-1c'];

function alone(): { stack: Stack; database: DatabaseTier; role: iam.Role } {
  const stack = new Stack(testApp(), 'Alone', { env: { region: 'us-east-1' } });
  const { vpc } = new Network(stack, 'Network', { zones: ZONES });
  const database = new DatabaseTier(stack, 'Database', { environmentName: 'mine', vpc, zones: ZONES });
  const role = new iam.Role(stack, 'Role', {
    assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com'),
  });
  return { stack, database, role };
}

describe('the database tier of the example', () => {
  let made: Synthesized;
  beforeAll(() => {
    made = synthesize();
  });

  it('is Aurora PostgreSQL 17 with TLS forced, tokens, the Data API and encrypted backups', () => {
    made.templates.database.hasResourceProperties('AWS::RDS::DBCluster', {
      Engine: 'aurora-postgresql',
      EngineVersion: Match.stringLikeRegexp('^17\\.'),
      DatabaseName: 'app',
      Port: 5432,
      StorageEncrypted: true,
      EnableIAMDatabaseAuthentication: true,
      EnableHttpEndpoint: true,
      BackupRetentionPeriod: 7,
      CopyTagsToSnapshot: true,
      DeletionProtection: false,
      EnableCloudwatchLogsExports: ['postgresql'],
      ManageMasterUserPassword: Match.absent(),
    });
    made.templates.database.hasResourceProperties('AWS::RDS::DBClusterParameterGroup', {
      Family: 'aurora-postgresql17',
      Parameters: { 'rds.force_ssl': '1' },
    });
  });

  it('has a member in each zone, in a fixed order of promotion, made one after the other', () => {
    const members = resourcesOf(made.json.database, 'AWS::RDS::DBInstance');
    expect(
      members.map(([, { Properties }]) => [Properties['AvailabilityZone'], Properties['PromotionTier']]),
    ).toEqual([
      ['us-east-1a', 0],
      ['us-east-1b', 1],
      ['us-east-1c', 2],
    ]);
    const [first, second, third] = members;
    expect(second![1].DependsOn).toContain(first![0]);
    expect(third![1].DependsOn).toContain(second![0]);
    for (const [, { Properties }] of members) expect(Properties['DBInstanceClass']).toBe('db.r7g.large');
  });

  it('has a custom endpoint for readers without any member named', () => {
    made.templates.database.hasResourceProperties('AWS::RDS::DBClusterEndpoint', {
      CustomEndpointType: 'READER',
      DBClusterEndpointIdentifier: 'understudy-demo-readers',
      StaticMembers: Match.absent(),
      ExcludedMembers: Match.absent(),
    });
  });

  it('has its log group, with a retention, before the first member starts', () => {
    const groups = resourcesOf(made.json.database, 'AWS::Logs::LogGroup');
    const [id] = groups.find(([, { Properties }]) =>
      JSON.stringify(Properties).includes('/aws/rds/cluster/'),
    )!;
    const [first] = resourcesOf(made.json.database, 'AWS::RDS::DBInstance');
    expect(first![1].DependsOn).toContain(id);
  });

  it('is bootstrapped by the function itself, after every member is there', () => {
    const resource = theOnly(made.json.database, 'Custom::UnderstudyDatabaseBootstrap');
    const { Properties, DependsOn } = resource;
    expect(Properties.ServiceToken['Fn::GetAtt'][0]).toMatch(/^DatabaseBootstrapFunction/);
    expect(Properties).toMatchObject({
      database: 'app',
      probeUser: 'understudy_probe',
      applications: ['shop'],
      version: expect.stringMatching(/^\d+$/),
    });
    const members = resourcesOf(made.json.database, 'AWS::RDS::DBInstance').map(([id]) => id);
    expect(DependsOn).toEqual(expect.arrayContaining(members));
    expect(DependsOn!.join()).toMatch(/BootstrapFunctionRole/);
    made.templates.database.resourceCountIs('AWS::CloudFormation::CustomResource', 0);
  });

  it('takes its size, readers, name and backups from the profile', () => {
    const { templates } = synthesize({
      size: 'solo',
      tiers: { database: { readers: 4, databaseName: 'orders', backupDays: 21 } },
    });
    templates.database.resourceCountIs('AWS::RDS::DBInstance', 5);
    templates.database.hasResourceProperties('AWS::RDS::DBInstance', { DBInstanceClass: 'db.t4g.medium' });
    templates.database.hasResourceProperties('AWS::RDS::DBCluster', {
      DatabaseName: 'orders',
      BackupRetentionPeriod: 21,
    });
  });
});

describe('the construct by itself', () => {
  it('needs a name, a VPC and zones, and protects its data', () => {
    const { stack } = alone();
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::RDS::DBInstance', 3);
    template.hasResource('AWS::RDS::DBCluster', {
      DeletionPolicy: 'Snapshot',
      Properties: { DeletionProtection: true },
    });
  });

  it('grants a login as one user', () => {
    const { stack, database, role } = alone();
    database.grantConnect(role, 'shop');
    expect(actionsOf(stack)).toEqual({ 'rds-db:connect': [expect.stringMatching(/:dbuser:.*\/shop/)] });
  });

  it('grants a failover of its own cluster only', () => {
    const { stack, database, role } = alone();
    database.grantFailover(role);
    const actions = actionsOf(stack);
    expect(Object.keys(actions)).toEqual(['rds:FailoverDBCluster']);
    expect(actions['rds:FailoverDBCluster']).toHaveLength(4);
    expect(actions['rds:FailoverDBCluster']!.join()).not.toContain('"*"');
  });

  it('grants a drill: the failover and restarting a member', () => {
    const { stack, database, role } = alone();
    database.grantDrill(role);
    expect(Object.keys(actionsOf(stack)).sort()).toEqual(['rds:FailoverDBCluster', 'rds:RebootDBInstance']);
  });

  it('has metrics of its members', () => {
    const { stack, database } = alone();
    const [member] = database.members;
    const metric = database.metricFailure('reader-lagging', member!);
    expect(stack.resolve(metric.toMetricConfig().metricStat)).toMatchObject({
      namespace: 'Understudy',
      metricName: 'reader-lagging',
      statistic: 'Maximum',
      dimensions: [{ name: 'Environment', value: 'mine' }, { name: 'Member' }],
    });
    expect(database.metricReplicaLag(member!).metricName).toBe('reader-lag-ms');
    expect(database.metric('readers-in', { statistic: 'Minimum' }).statistic).toBe('Minimum');
  });

  it('lets in a group by name: connections', () => {
    const { stack, database } = alone();
    const { vpc } = database.cluster;
    const group = new ec2.SecurityGroup(stack, 'Group', { vpc, allowAllOutbound: false });
    database.connections.allowDefaultPortFrom(group);
    Template.fromStack(stack).hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      SourceSecurityGroupId: Match.anyValue(),
      FromPort: Match.objectLike({ 'Fn::GetAtt': [Match.anyValue(), 'Endpoint.Port'] }),
    });
  });

  it('may stand over a cluster that exists, making nothing', () => {
    const stack = new Stack(testApp(), 'Alone', { env: { region: 'eu-west-1' } });
    const database = DatabaseTier.fromClusterAttributes(stack, 'Orders', {
      environmentName: 'mine',
      cluster: existing.cluster,
      databaseName: 'orders',
    });
    expect(Object.keys(Template.fromStack(stack).toJSON()['Resources'] ?? {})).toEqual([]);
    expect(database.members).toHaveLength(3);
    expect(database.port).toBe(5432);
    expect(stack.resolve(database.clusterArn)).toEqual(
      expect.objectContaining({ 'Fn::Join': expect.anything() }),
    );
  });
});

/** Every granted action with its resources as JSON. */
function actionsOf(stack: Stack): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  const policies = Object.entries(Template.fromStack(stack).findResources('AWS::IAM::Policy'));
  for (const [id, policy] of policies) {
    if (!id.startsWith('RoleDefaultPolicy')) continue;
    for (const { Action, Resource } of policy['Properties'].PolicyDocument.Statement) {
      for (const action of [Action].flat())
        found[action] = [Resource].flat().map((arn) => JSON.stringify(arn));
    }
  }
  return found;
}
