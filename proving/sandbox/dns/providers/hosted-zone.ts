/** AWS::Route53::HostedZone. */

import { type Enacted, Properties, type ResourceProvider, type ResourceRequest } from '../../kernel/index.ts';
import { type HostedZone, NAME_SERVERS } from '../hosted-zone.ts';
import type { HostedZones } from '../hosted-zones.ts';

export function hostedZoneProvider(zones: HostedZones): ResourceProvider {
  const read = (request: ResourceRequest) => {
    const properties = new Properties(request, request.properties);
    properties.only(['Name', 'HostedZoneConfig', 'HostedZoneTags', 'VPCs', 'QueryLoggingConfig']);
    return {
      name: properties.requiredText('Name'),
      comment: properties.object('HostedZoneConfig')?.text('Comment') ?? '',
      isPrivate: properties.list('VPCs').length > 0,
    };
  };
  const enacted = (zone: HostedZone): Enacted => ({
    physicalId: zone.id,
    attributes: { Id: zone.id, ...(zone.isPrivate ? {} : { NameServers: NAME_SERVERS }) },
  });
  return {
    type: 'AWS::Route53::HostedZone',
    replaceOn: ['Name'],
    create: async (request) => enacted(zones.create(read(request))),
    async update(request) {
      const zone = zones.get(request.physicalId);
      zone.comment = read(request).comment;
      return enacted(zone);
    },
    async delete(request) {
      if (zones.find(request.physicalId)) zones.remove(request.physicalId);
    },
  };
}
