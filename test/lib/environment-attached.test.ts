import { describe, expect, it } from 'vitest';
import { existing } from '../core/profile/profiles.ts';
import { allResources, synthesize } from './synth.ts';

describe('an environment that attaches to what a team runs', () => {
  const change = {
    name: 'attached',
    region: 'eu-west-1',
    zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
    tiers: { database: { databaseName: 'orders' } },
    existing,
  };

  it('makes no VPC, cluster, instance or secret', () => {
    const { json } = synthesize(change);
    const types = allResources(json).map(([, { Type }]) => Type);
    for (const type of ['AWS::EC2::VPC', 'AWS::EC2::Subnet', 'AWS::RDS::DBCluster', 'AWS::RDS::DBInstance']) {
      expect(types).not.toContain(type);
    }
    expect(types).not.toContain('AWS::SecretsManager::Secret');
  });

  it('adds the gateway endpoint, the custom endpoint, the bootstrap and names for people', () => {
    const { templates } = synthesize(change);
    templates.network.hasResourceProperties('AWS::EC2::VPCEndpoint', {
      VpcId: 'vpc-0a1b2c',
      RouteTableIds: ['rtb-0a', 'rtb-0b', 'rtb-0c'],
    });
    templates.database.hasResourceProperties('AWS::RDS::DBClusterEndpoint', {
      DBClusterIdentifier: 'orders',
    });
    templates.database.hasResourceProperties('Custom::UnderstudyDatabaseBootstrap', {
      secretArn: existing.cluster.secretArn,
      database: 'orders',
    });
    templates.database.resourceCountIs('AWS::Route53::RecordSet', 3);
  });

  it('leaves the endpoint out where the VPC has it already', () => {
    const { templates } = synthesize({
      ...change,
      existing: { ...existing, vpc: { ...existing.vpc, routeTableIds: [] } },
    });
    templates.network.resourceCountIs('AWS::EC2::VPCEndpoint', 0);
  });

  it('lets the probers in through the security group of the cluster', () => {
    const { templates } = synthesize(change);
    templates.control.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      GroupId: 'sg-0a1b',
      FromPort: 5432,
      ToPort: 5432,
    });
  });
});
