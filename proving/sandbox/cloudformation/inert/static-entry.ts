/**
 * Ways to an edge that this machine has not: a fixed address (Global Accelerator) and a page served from far away
 * (CloudFront). Their names resolve nowhere here.
 */

import { randomBytes, randomUUID } from 'node:crypto';
import type { World } from '../../kernel/index.ts';
import { type InertResource, textOf } from './types.ts';

const ID_BYTES = 8;
/** Addresses of TEST-NET-2 (RFC 5737), which no host has. */
const STATIC_ADDRESSES = ['198.51.100.1', '198.51.100.2'];

/** `Ref` of Global Accelerator's resources is their ARN, which has no Region. */
function acceleratorPart(
  type: string,
  replaceOn: readonly string[],
  identify: InertResource['identify'],
  attribute: string,
): InertResource {
  return { type, replaceOn, identify, attributes: (physicalId) => ({ [attribute]: physicalId }) };
}

const acceleratorArn = ({ partition, accountId }: World): string =>
  `arn:${partition}:globalaccelerator::${accountId}:accelerator/${randomUUID()}`;

const accelerator: InertResource = {
  type: 'AWS::GlobalAccelerator::Accelerator',
  replaceOn: ['IpAddresses'],
  identify: (_request, world) => acceleratorArn(world),
  attributes: (physicalId) => ({
    AcceleratorArn: physicalId,
    DnsName: `a${shortHash(physicalId)}.awsglobalaccelerator.com`,
    DualStackDnsName: '',
    Ipv4Addresses: STATIC_ADDRESSES,
    Ipv6Addresses: [],
  }),
};

function shortHash(arn: string): string {
  return (arn.split('/').at(-1) ?? '').replaceAll('-', '').slice(0, 2 * ID_BYTES);
}

const distribution: InertResource = {
  type: 'AWS::CloudFront::Distribution',
  replaceOn: [],
  identify: () => cloudFrontId(),
  attributes: (physicalId) => ({
    Id: physicalId,
    DomainName: `d${physicalId.toLowerCase()}.cloudfront.net`,
  }),
};

function cloudFrontId(): string {
  return `E${randomBytes(ID_BYTES).toString('hex').toUpperCase().slice(0, 13)}`;
}

function cloudFrontPart(type: string, idAttribute: string): InertResource {
  return {
    type,
    replaceOn: [],
    identify: () => cloudFrontId(),
    attributes: (physicalId) => ({ [idAttribute]: physicalId }),
  };
}

const cloudFrontFunction: InertResource = {
  type: 'AWS::CloudFront::Function',
  replaceOn: ['Name'],
  identify: (request, world) =>
    `arn:${world.partition}:cloudfront::${world.accountId}:function/${textOf(request, 'Name')}`,
  attributes: (physicalId) => ({ FunctionARN: physicalId, Stage: 'LIVE' }),
};

export const STATIC_ENTRY_TYPES: readonly InertResource[] = [
  accelerator,
  acceleratorPart(
    'AWS::GlobalAccelerator::Listener',
    ['AcceleratorArn'],
    (request) => `${textOf(request, 'AcceleratorArn')}/listener/${randomBytes(4).toString('hex')}`,
    'ListenerArn',
  ),
  acceleratorPart(
    'AWS::GlobalAccelerator::EndpointGroup',
    ['EndpointGroupRegion', 'ListenerArn'],
    (request) => `${textOf(request, 'ListenerArn')}/endpoint-group/${randomBytes(6).toString('hex')}`,
    'EndpointGroupArn',
  ),
  distribution,
  cloudFrontPart('AWS::CloudFront::OriginAccessControl', 'Id'),
  cloudFrontPart('AWS::CloudFront::CloudFrontOriginAccessIdentity', 'Id'),
  cloudFrontPart('AWS::CloudFront::ResponseHeadersPolicy', 'Id'),
  cloudFrontPart('AWS::CloudFront::CachePolicy', 'Id'),
  cloudFrontFunction,
];
