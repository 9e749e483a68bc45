/** VPCs, subnets, routes and addresses: there is no network here but the loopback interface. */

import { createHash } from 'node:crypto';
import type { ResourceRequest } from '../../kernel/index.ts';
import { derivedEc2Id, randomEc2Id, zoneId } from '../names.ts';
import { type InertResource, textOf } from './types.ts';

/** A type whose id has a prefix and whose attributes only repeat the id. */
function plain(
  type: string,
  prefix: string,
  replaceOn: InertResource['replaceOn'],
  idAttributes: readonly string[],
): InertResource {
  return {
    type,
    replaceOn,
    identify: () => randomEc2Id(prefix),
    attributes: (physicalId) => Object.fromEntries(idAttributes.map((name) => [name, physicalId])),
  };
}

const vpc: InertResource = {
  type: 'AWS::EC2::VPC',
  replaceOn: ['CidrBlock', 'Ipv4IpamPoolId', 'Ipv4NetmaskLength'],
  identify: () => randomEc2Id('vpc'),
  attributes: (physicalId, request) => ({
    VpcId: physicalId,
    CidrBlock: textOf(request, 'CidrBlock'),
    CidrBlockAssociations: [derivedEc2Id('vpc-cidr-assoc', physicalId)],
    DefaultNetworkAcl: derivedEc2Id('acl', physicalId),
    DefaultSecurityGroup: derivedEc2Id('sg', physicalId),
    Ipv6CidrBlocks: [],
  }),
};

const subnet: InertResource = {
  type: 'AWS::EC2::Subnet',
  replaceOn: ['VpcId', 'AvailabilityZone', 'AvailabilityZoneId', 'CidrBlock', 'OutpostArn', 'Ipv6Native'],
  identify: () => randomEc2Id('subnet'),
  attributes: (physicalId, request, world) => {
    const zone = textOf(request, 'AvailabilityZone') || `${world.region}a`;
    return {
      SubnetId: physicalId,
      VpcId: textOf(request, 'VpcId'),
      AvailabilityZone: zone,
      AvailabilityZoneId: zoneId(zone),
      CidrBlock: textOf(request, 'CidrBlock'),
      Ipv6CidrBlocks: [],
      NetworkAclAssociationId: derivedEc2Id('aclassoc', physicalId),
      OutpostArn: textOf(request, 'OutpostArn'),
    };
  },
};

const route: InertResource = {
  type: 'AWS::EC2::Route',
  replaceOn: ['RouteTableId', 'DestinationCidrBlock', 'DestinationIpv6CidrBlock', 'DestinationPrefixListId'],
  identify: (request) => `${textOf(request, 'RouteTableId')}|${destination(request)}`,
  attributes: (_physicalId, request) => ({ CidrBlock: destination(request) }),
};

function destination(request: ResourceRequest): string {
  const fields = ['DestinationCidrBlock', 'DestinationIpv6CidrBlock', 'DestinationPrefixListId'];
  return fields.map((field) => textOf(request, field)).find((value) => value !== '') ?? '';
}

const gatewayAttachment: InertResource = {
  type: 'AWS::EC2::VPCGatewayAttachment',
  replaceOn: ['VpcId'],
  identify: (request) => `${attachmentType(request)}|${textOf(request, 'VpcId')}`,
  attributes: (_physicalId, request) => ({ AttachmentType: attachmentType(request) }),
};

function attachmentType(request: ResourceRequest): string {
  return textOf(request, 'VpnGatewayId') === '' ? 'IGW' : 'VGW';
}

/** Addresses of TEST-NET-3 (RFC 5737), which no host has. */
const elasticAddress: InertResource = {
  type: 'AWS::EC2::EIP',
  replaceOn: ['Domain', 'NetworkBorderGroup', 'TransferAddress', 'Address', 'IpamPoolId'],
  identify: (request) => {
    const digest = createHash('sha256').update(`${request.stackId} ${request.logicalId}`).digest();
    return `203.0.113.${1 + (digest[0]! % 254)}`;
  },
  attributes: (physicalId, request) => ({
    PublicIp: physicalId,
    AllocationId: derivedEc2Id('eipalloc', `${request.stackId} ${request.logicalId}`),
  }),
};

export const NETWORK_TYPES: readonly InertResource[] = [
  vpc,
  subnet,
  route,
  gatewayAttachment,
  elasticAddress,
  plain('AWS::EC2::RouteTable', 'rtb', ['VpcId'], ['RouteTableId']),
  plain('AWS::EC2::SubnetRouteTableAssociation', 'rtbassoc', ['SubnetId'], ['Id']),
  plain('AWS::EC2::InternetGateway', 'igw', [], ['InternetGatewayId']),
  plain('AWS::EC2::EgressOnlyInternetGateway', 'eigw', ['VpcId'], ['Id']),
  plain(
    'AWS::EC2::NatGateway',
    'nat',
    ['SubnetId', 'AllocationId', 'ConnectivityType', 'PrivateIpAddress'],
    ['NatGatewayId'],
  ),
  plain(
    'AWS::EC2::VPCCidrBlock',
    'vpc-cidr-assoc',
    ['AmazonProvidedIpv6CidrBlock', 'CidrBlock', 'Ipv6CidrBlock', 'VpcId'],
    ['Id'],
  ),
  plain('AWS::EC2::NetworkAcl', 'acl', ['VpcId'], ['Id']),
  plain('AWS::EC2::NetworkAclEntry', 'acle', ['NetworkAclId', 'RuleNumber', 'Egress'], ['Id']),
  plain('AWS::EC2::SubnetNetworkAclAssociation', 'aclassoc', ['NetworkAclId', 'SubnetId'], ['AssociationId']),
  plain(
    'AWS::EC2::DHCPOptions',
    'dopt',
    [
      'DomainName',
      'DomainNameServers',
      'NtpServers',
      'NetbiosNameServers',
      'NetbiosNodeType',
      'Ipv6AddressPreferredLeaseTime',
    ],
    ['DhcpOptionsId'],
  ),
  plain('AWS::EC2::VPCDHCPOptionsAssociation', 'dopt-assoc', ['VpcId'], []),
  plain(
    'AWS::EC2::FlowLog',
    'fl',
    [
      'DeliverCrossAccountRole',
      'DeliverLogsPermissionArn',
      'DestinationOptions',
      'LogDestination',
      'LogDestinationType',
      'LogFormat',
      'LogGroupName',
      'MaxAggregationInterval',
      'ResourceId',
      'ResourceType',
      'TrafficType',
    ],
    ['Id'],
  ),
];
