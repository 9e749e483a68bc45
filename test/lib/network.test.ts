import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { Network } from '../../lib/index.ts';
import { synthesize, testApp, type Synthesized } from './synth.ts';

const ZONES = ['us-east-1a', 'us-east-1b', 'us-east-1c'];

describe('the network', () => {
  let made: Synthesized;
  beforeAll(() => {
    made = synthesize();
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
