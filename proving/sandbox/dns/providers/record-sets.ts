/** AWS::Route53::RecordSet and AWS::Route53::RecordSetGroup. A stack goes on when the name servers answer so. */

import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import { type HostedRecordSet, plainName, recordKey } from '../../../twin/dns/index.ts';
import { Properties, type ResourceProvider, type ResourceRequest } from '../../kernel/index.ts';
import type { RecordChange } from '../hosted-zone.ts';
import type { HostedZones } from '../hosted-zones.ts';
import { readRecord } from '../route53/record-shapes.ts';

const OF_A_SET = [
  'Name',
  'Type',
  'TTL',
  'ResourceRecords',
  'AliasTarget',
  'SetIdentifier',
  'Weight',
  'Failover',
  'MultiValueAnswer',
  'HealthCheckId',
];
const OF_A_ZONE = ['HostedZoneId', 'HostedZoneName', 'Comment'];

export function recordSetProvider(zones: HostedZones): ResourceProvider {
  const read = (request: ResourceRequest, values: Readonly<Record<string, unknown>> = request.properties) => {
    const properties = new Properties(request, values);
    properties.only([...OF_A_SET, ...OF_A_ZONE]);
    return { zoneId: zoneIdOf(zones, properties), records: [recordOf(properties)] };
  };
  const named = (request: ResourceRequest) => plainName(String(request.properties['Name']));
  return provider(zones, {
    type: 'AWS::Route53::RecordSet',
    replaceOn: ['Name', 'HostedZoneId', 'HostedZoneName'],
    read,
    identify: named,
  });
}

export function recordSetGroupProvider(zones: HostedZones): ResourceProvider {
  const read = (request: ResourceRequest, values: Readonly<Record<string, unknown>> = request.properties) => {
    const properties = new Properties(request, values);
    properties.only(['RecordSets', ...OF_A_ZONE]);
    const records = properties.objects('RecordSets').map((one) => {
      one.only(OF_A_SET);
      return recordOf(one);
    });
    return { zoneId: zoneIdOf(zones, properties), records };
  };
  return provider(zones, {
    type: 'AWS::Route53::RecordSetGroup',
    replaceOn: ['HostedZoneId', 'HostedZoneName'],
    read,
    identify: (request) => request.generateName(128),
  });
}

interface Kind {
  readonly type: string;
  readonly replaceOn: readonly string[];
  read(
    request: ResourceRequest,
    values?: Readonly<Record<string, unknown>>,
  ): { readonly zoneId: string; readonly records: readonly HostedRecordSet[] };
  identify(request: ResourceRequest): string;
}

function provider(zones: HostedZones, kind: Kind): ResourceProvider {
  return {
    type: kind.type,
    replaceOn: kind.replaceOn,
    async create(request) {
      const { zoneId, records } = kind.read(request);
      await zones.apply(
        zoneId,
        records.map((record) => ({ action: 'CREATE', record })),
      ).inSync;
      return { physicalId: kind.identify(request), attributes: {} };
    },
    async update(request) {
      const { zoneId, records } = kind.read(request);
      const kept = new Set(records.map(recordKey));
      const former = kind
        .read(request, request.previous)
        .records.filter((record) => !kept.has(recordKey(record)));
      const changes = [
        ...removals(zones, zoneId, former),
        ...records.map((record): RecordChange => ({ action: 'UPSERT', record })),
      ];
      await zones.apply(zoneId, changes).inSync;
      return { physicalId: request.physicalId, attributes: {} };
    },
    async delete(request) {
      const { zoneId, records } = kind.read(request);
      const changes = removals(zones, zoneId, records);
      if (changes.length > 0) void zones.apply(zoneId, changes);
    },
  };
}

/** What is there under the same name, type and identifier, whatever its values have become since. */
function removals(zones: HostedZones, zoneId: string, records: readonly HostedRecordSet[]): RecordChange[] {
  return records.flatMap((record) => {
    const standing = zones.find(zoneId)?.written.get(recordKey(record));
    return standing ? [{ action: 'DELETE' as const, record: standing }] : [];
  });
}

function zoneIdOf(zones: HostedZones, properties: Properties): string {
  const id = properties.text('HostedZoneId');
  if (id !== undefined) return id;
  const name = plainName(properties.requiredText('HostedZoneName'));
  const [zone, ...others] = zones.all().filter((one) => one.name === name);
  if (zone !== undefined && others.length === 0) return zone.id;
  throw properties.fault('HostedZoneName', 'names exactly one hosted zone of the account');
}

/** The template's words in the API's form. */
function recordOf(properties: Properties): HostedRecordSet {
  const alias = properties.object('AliasTarget');
  const values = properties.list('ResourceRecords').map((value) => ({ Value: String(value) }));
  const given: ResourceRecordSet = {
    Name: properties.requiredText('Name'),
    Type: properties.requiredText('Type') as ResourceRecordSet['Type'],
    TTL: properties.integer('TTL', { min: 0, max: Number.MAX_SAFE_INTEGER }),
    SetIdentifier: properties.text('SetIdentifier'),
    Weight: properties.integer('Weight', { min: 0, max: Number.MAX_SAFE_INTEGER }),
    Failover: properties.text('Failover') as ResourceRecordSet['Failover'],
    MultiValueAnswer: properties.boolean('MultiValueAnswer'),
    HealthCheckId: properties.text('HealthCheckId'),
    ...(values.length > 0 ? { ResourceRecords: values } : {}),
    ...(alias
      ? {
          AliasTarget: {
            DNSName: alias.requiredText('DNSName'),
            HostedZoneId: alias.requiredText('HostedZoneId'),
            EvaluateTargetHealth: alias.boolean('EvaluateTargetHealth') ?? false,
          },
        }
      : {}),
  };
  return readRecord(given);
}
