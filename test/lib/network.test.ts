import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { demo } from '../../environments/index.ts';
import { Network } from '../../lib/index.ts';
import { synthesize, testApp, type Synthesized } from './synth.ts';

const ZONES = ['us-east-1a', 'us-east-1b', 'us-east-1c'];

describe('the network', () => {
  let made: Synthesized;
  beforeAll(() => {
    made = synthesize({ tiers: { database: demo.tiers.database } });
  });

  it('has one isolated subnet a zone, and nothing that leads out', () => {
    const { network } = made.templates;
    network.resourceCountIs('AWS::EC2::Subnet', 3);
    for (const zone of ZONES) {
      network.hasResourceProperties('AWS::EC2::Subnet', {
        AvailabilityZone: zone,
        MapPublicIpOnLaunch: false,
      });
    }
    for (const type of ['InternetGateway', 'NatGateway', 'EgressOnlyInternetGateway', 'Route']) {
      network.resourceCountIs(`AWS::EC2::${type}`, 0);
    }
  });

  it('reaches DynamoDB by the free gateway endpoint from every subnet', () => {
    made.templates.network.hasResourceProperties('AWS::EC2::VPCEndpoint', {
      VpcEndpointType: 'Gateway',
    });
    const [endpoint] = Object.values(made.templates.network.findResources('AWS::EC2::VPCEndpoint'));
    expect(endpoint!['Properties'].RouteTableIds).toHaveLength(3);
    expect(JSON.stringify(endpoint!['Properties'].ServiceName)).toMatch(/dynamodb/);
    expect(Object.values(made.templates.network.findResources('AWS::EC2::VPCEndpoint'))).toHaveLength(1);
  });

  it('logs refused traffic for a month', () => {
    made.templates.network.hasResourceProperties('AWS::EC2::FlowLog', { TrafficType: 'REJECT' });
    made.templates.network.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
  });

  it('asks no account: it can be used alone, in a stack without an account', () => {
    const stack = new Stack(testApp(), 'Alone', { env: { region: 'us-east-1' } });
    const network = new Network(stack, 'Network', { zones: ZONES, addresses: '10.9.0.0/16' });
    Template.fromStack(stack).hasResourceProperties('AWS::EC2::VPC', { CidrBlock: '10.9.0.0/16' });
    expect(network.vpc.isolatedSubnets).toHaveLength(3);
    expect(network.subnetOf('us-east-1b').availabilityZone).toBe('us-east-1b');
  });

  it('fails for the subnet of a zone that it does not have', () => {
    const stack = new Stack(testApp(), 'Alone', { env: { region: 'us-east-1' } });
    const network = new Network(stack, 'Network', { zones: ZONES });
    expect(() => network.subnetOf('us-east-1f')).toThrow(/us-east-1f/);
  });
});

/** A VPC that bears tasks, alone. */
function withTasks(): { readonly network: Network; readonly template: Template } {
  const stack = new Stack(testApp(), 'Alone', { env: { region: 'us-east-1' } });
  const network = new Network(stack, 'Network', { zones: ZONES, tasks: true });
  return { network, template: Template.fromStack(stack) };
}

type Ids = Readonly<Record<string, { readonly Type: string; readonly Properties: Record<string, unknown> }>>;

describe('a network that bears tasks', () => {
  const { network, template } = withTasks();
  const all = template.toJSON().Resources as Ids;

  it('has a public and a private subnet in each zone, in the order of the zones', () => {
    for (const subnets of [network.vpc.publicSubnets, network.vpc.privateSubnets]) {
      expect(subnets.map(({ availabilityZone }) => availabilityZone)).toEqual(ZONES);
    }
    template.resourceCountIs('AWS::EC2::Subnet', 9);
    template.allResourcesProperties('AWS::EC2::Subnet', { MapPublicIpOnLaunch: false });
  });

  it('I-35: leads each private subnet out by the gateway of its own zone', () => {
    template.resourceCountIs('AWS::EC2::NatGateway', 3);
    const routes = Object.values(all).filter(
      ({ Type, Properties }) => Type === 'AWS::EC2::Route' && Properties['NatGatewayId'] !== undefined,
    );
    const gateways = routes.map(({ Properties }) => JSON.stringify(Properties['NatGatewayId']));
    expect(new Set(gateways).size).toBe(3);
    for (const { Properties } of routes) {
      const zone = /Subnet(\d)/.exec(JSON.stringify(Properties['RouteTableId']))![1];
      expect(JSON.stringify(Properties['NatGatewayId'])).toContain(`PublicSubnet${zone}NATGateway`);
    }
  });

  it('lets nothing out of the isolated subnets', () => {
    const routes = Object.entries(all).filter(([, { Type }]) => Type === 'AWS::EC2::Route');
    expect(routes).toHaveLength(6);
    expect(routes.filter(([id]) => id.includes('Isolated'))).toEqual([]);
  });

  it('reaches S3 and DynamoDB from the tasks without the NAT gateways', () => {
    const endpoints = Object.values(all).filter(({ Type }) => Type === 'AWS::EC2::VPCEndpoint');
    expect(endpoints).toHaveLength(2);
    for (const { Properties } of endpoints) expect(Properties['RouteTableIds']).toHaveLength(9);
  });

  it('keeps what a network without tasks has, with its ids and addresses', () => {
    const stack = new Stack(testApp(), 'Alone', { env: { region: 'us-east-1' } });
    new Network(stack, 'Network', { zones: ZONES });
    for (const [id, before] of Object.entries(Template.fromStack(stack).toJSON().Resources as Ids)) {
      if (before.Type === 'AWS::EC2::VPCEndpoint') expect(all[id]?.Type).toBe(before.Type);
      else expect(all[id]).toEqual(before);
    }
  });
});

describe('an attached network', () => {
  const vpc = {
    vpcId: 'vpc-0a1b2c',
    isolatedSubnetIds: ['subnet-0a', 'subnet-0b', 'subnet-0c'],
    routeTableIds: [],
    privateSubnetIds: ['subnet-1a', 'subnet-1b', 'subnet-1c'],
    publicSubnetIds: ['subnet-2a', 'subnet-2b', 'subnet-2c'],
  };

  it('has the subnets that are named, in the order of the zones, and makes nothing', () => {
    const stack = new Stack(testApp(), 'Alone', { env: { region: 'us-east-1' } });
    const attached = Network.attach(stack, 'Network', { zones: ZONES, existing: vpc });
    expect(attached.privateSubnets.map(({ subnetId }) => subnetId)).toEqual(vpc.privateSubnetIds);
    expect(attached.publicSubnets.map(({ subnetId }) => subnetId)).toEqual(vpc.publicSubnetIds);
    expect(attached.publicSubnets.map(({ availabilityZone }) => availabilityZone)).toEqual(ZONES);
    expect(Template.fromStack(stack).toJSON()).not.toHaveProperty('Resources');
  });
});
