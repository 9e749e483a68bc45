/** What admits traffic: security groups, prefix lists, VPC endpoints. On the loopback interface all is reachable. */

import { derivedEc2Id, randomEc2Id } from '../names.ts';
import { type InertResource, listOf, textOf } from './types.ts';

const securityGroup: InertResource = {
  type: 'AWS::EC2::SecurityGroup',
  replaceOn: ['GroupName', 'GroupDescription', 'VpcId'],
  identify: () => randomEc2Id('sg'),
  attributes: (physicalId, request) => ({
    GroupId: physicalId,
    Id: physicalId,
    VpcId: textOf(request, 'VpcId'),
  }),
};

function securityGroupRule(type: string): InertResource {
  return {
    type,
    replaceOn: [
      'GroupId',
      'GroupName',
      'IpProtocol',
      'FromPort',
      'ToPort',
      'CidrIp',
      'CidrIpv6',
      'SourcePrefixListId',
      'SourceSecurityGroupId',
      'SourceSecurityGroupName',
      'SourceSecurityGroupOwnerId',
      'DestinationPrefixListId',
      'DestinationSecurityGroupId',
    ],
    identify: () => randomEc2Id('sgr'),
    attributes: (physicalId) => ({ Id: physicalId }),
  };
}

const endpoint: InertResource = {
  type: 'AWS::EC2::VPCEndpoint',
  replaceOn: [
    'ServiceName',
    'ServiceRegion',
    'VpcEndpointType',
    'VpcId',
    'ResourceConfigurationArn',
    'ServiceNetworkArn',
  ],
  identify: () => randomEc2Id('vpce'),
  attributes: (physicalId, request) => ({
    Id: physicalId,
    NetworkInterfaceIds: listOf(request, 'SubnetIds').map((subnet) =>
      derivedEc2Id('eni', `${physicalId} ${String(subnet)}`),
    ),
  }),
};

const prefixList: InertResource = {
  type: 'AWS::EC2::PrefixList',
  replaceOn: ['AddressFamily'],
  identify: () => randomEc2Id('pl'),
  attributes: (physicalId, _request, world) => ({
    PrefixListId: physicalId,
    Arn: `arn:${world.partition}:ec2:${world.region}:${world.accountId}:prefix-list/${physicalId}`,
    OwnerId: world.accountId,
    Version: 1,
  }),
};

export const ACCESS_TYPES: readonly InertResource[] = [
  securityGroup,
  securityGroupRule('AWS::EC2::SecurityGroupIngress'),
  securityGroupRule('AWS::EC2::SecurityGroupEgress'),
  endpoint,
  prefixList,
];
