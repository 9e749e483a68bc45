import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { INERT_TYPES } from '../../../../proving/sandbox/cloudformation/index.ts';
import { Harness } from './harness.ts';

let harness: Harness;

beforeEach(() => {
  harness = new Harness();
});

afterEach(() => harness.stop());

const network = {
  Resources: {
    Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } },
    Subnet: {
      Type: 'AWS::EC2::Subnet',
      Properties: {
        VpcId: { Ref: 'Vpc' },
        CidrBlock: { 'Fn::Select': [1, { 'Fn::Cidr': [{ 'Fn::GetAtt': ['Vpc', 'CidrBlock'] }, 4, 8] }] },
        AvailabilityZone: { 'Fn::Select': [1, { 'Fn::GetAZs': '' }] },
      },
    },
    Key: { Type: 'AWS::KMS::Key', Properties: {} },
  },
  Outputs: {
    Vpc: { Value: { Ref: 'Vpc' } },
    Group: { Value: { 'Fn::GetAtt': ['Vpc', 'DefaultSecurityGroup'] } },
    Zone: { Value: { 'Fn::GetAtt': ['Subnet', 'AvailabilityZone'] } },
    ZoneId: { Value: { 'Fn::GetAtt': ['Subnet', 'AvailabilityZoneId'] } },
    Block: { Value: { 'Fn::GetAtt': ['Subnet', 'CidrBlock'] } },
    Key: { Value: { 'Fn::GetAtt': ['Key', 'Arn'] } },
  },
};

describe('inert types', () => {
  test('have well-formed identities and the attributes that CloudFormation documents', async () => {
    await harness.deploy('Net', network);
    const outputs = harness.cloudformation.stacks()[0]!.outputs;
    expect(outputs).toMatchObject({ Zone: 'eu-west-1b', ZoneId: 'euw1-az2', Block: '10.0.1.0/24' });
    expect(outputs['Vpc']).toMatch(/^vpc-[0-9a-f]{17}$/);
    expect(outputs['Group']).toMatch(/^sg-[0-9a-f]{17}$/);
    expect(outputs['Key']).toMatch(/^arn:aws:kms:eu-west-1:123456789012:key\/[0-9a-f-]{36}$/);
  });

  test('let a web ACL be attached by its ARN', async () => {
    await harness.deploy('Edge', {
      Resources: {
        Acl: { Type: 'AWS::WAFv2::WebACL', Properties: { Scope: 'REGIONAL', DefaultAction: { Allow: {} } } },
        Set: { Type: 'AWS::WAFv2::IPSet', Properties: { Scope: 'REGIONAL', Name: 'known', Addresses: [] } },
        Attached: {
          Type: 'AWS::WAFv2::WebACLAssociation',
          Properties: { ResourceArn: 'arn:balancer', WebACLArn: { 'Fn::GetAtt': ['Acl', 'Arn'] } },
        },
      },
      Outputs: {
        Acl: { Value: { 'Fn::GetAtt': ['Acl', 'Arn'] } },
        Name: { Value: { Ref: 'Acl' } },
        Set: { Value: { 'Fn::GetAtt': ['Set', 'Arn'] } },
      },
    });
    const { Acl = '', Name = '', Set = '' } = harness.cloudformation.stacks()[0]!.outputs;
    const [name, id, scope] = Name.split('|');
    expect(scope).toBe('REGIONAL');
    expect(name).toMatch(/^Edge-Acl-/);
    expect(Acl).toBe(`arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/${name}/${id}`);
    expect(Set).toMatch(/^arn:aws:wafv2:eu-west-1:123456789012:regional\/ipset\/known\/[0-9a-f-]{36}$/);
    expect((await harness.stack('Edge')).StackStatus).toBe('CREATE_COMPLETE');
  });

  test('keep their identity and attributes through an update', async () => {
    await harness.deploy('Net', network);
    const before = harness.cloudformation.stacks()[0]!.outputs;
    const changed = structuredClone(network);
    Object.assign(changed.Resources.Vpc.Properties, { EnableDnsSupport: true });
    await harness.deploy('Net', changed);
    expect(harness.cloudformation.stacks()[0]!.outputs).toEqual(before);
  });

  test('refuse an attribute that is not documented', async () => {
    const template = {
      Resources: network.Resources,
      Outputs: { X: { Value: { 'Fn::GetAtt': ['Vpc', 'Colour'] } } },
    };
    await harness.deploy('Net', template);
    expect((await harness.reasons('Net')).join()).toContain(
      'resource Vpc (AWS::EC2::VPC) has no attribute Colour',
    );
  });

  test('are counted apart from what is enacted', async () => {
    await harness.deploy('Net', { Resources: { ...network.Resources, One: { Type: 'Test::Thing' } } });
    expect(harness.cloudformation.report()).toEqual({
      resources_enacted: 1,
      resources_inert: 3,
      not_enacted: ['AWS::EC2::Subnet', 'AWS::EC2::VPC', 'AWS::KMS::Key'],
      stacks: ['Net'],
    });
  });

  test('give way to a part that enacts the type', async () => {
    harness.providers.set('AWS::KMS::Key', harness.things.provider('AWS::KMS::Key'));
    await harness.deploy('Net', network);
    expect(harness.things.log).toEqual(['create Key']);
    expect(harness.cloudformation.report().resources_enacted).toBe(1);
  });

  test('every one can be created and updated from empty properties', async () => {
    const Resources = Object.fromEntries(
      [...INERT_TYPES.keys()].map((Type, index) => [`R${index}`, { Type }]),
    );
    const changed = Object.fromEntries(
      [...INERT_TYPES.keys()].map((Type, index) => [`R${index}`, { Type, Properties: { Tags: [] } }]),
    );
    await harness.deploy('All', { Resources });
    const ids = harness.cloudformation.resources().map(({ physicalId }) => physicalId);
    expect(new Set(ids.filter((id) => id !== '')).size).toBe(ids.filter((id) => id !== '').length);
    await harness.deploy('All', { Resources: changed });
    expect((await harness.stack('All')).StackStatus).toBe('UPDATE_COMPLETE');
  });
});
