/** Hosted zones and their records over Route 53's API. */

import type * as sdk from '@aws-sdk/client-route-53';
import { type HostedRecordSet, plainName } from '../../../twin/dns/index.ts';
import { AwsError, type Operation, operation } from '../../kernel/index.ts';
import { type Action, type HostedZone, NAME_SERVERS } from '../hosted-zone.ts';
import type { Change, HostedZones } from '../hosted-zones.ts';
import { page } from './paging.ts';
import { readRecord, recordShape } from './record-shapes.ts';

const ARN = 'arn:aws:route53:::';
const ACTIONS: readonly Action[] = ['CREATE', 'DELETE', 'UPSERT'];

const onAll = (action: string) => () => [{ action: `route53:${action}`, resource: '*' }];
const zoneArn = (id: string | undefined) => `${ARN}hostedzone/${idOf(id) || '*'}`;

export function zoneOperations(zones: HostedZones): Record<string, Operation> {
  return { ...listing(zones), ...changing(zones) };
}

function listing(zones: HostedZones): Record<string, Operation> {
  return {
    ListHostedZones: operation({
      authorize: onAll('ListHostedZones'),
      handle: ({ Marker, MaxItems }: sdk.ListHostedZonesCommandInput) => {
        const { items, next, size } = page(zones.all(), ({ id }) => id, { after: Marker, max: MaxItems });
        const more = next === null ? { IsTruncated: false } : { IsTruncated: true, NextMarker: next };
        return { HostedZones: items.map(zoneShape), ...more, MaxItems: size };
      },
    }),
    ListHostedZonesByName: operation({
      authorize: onAll('ListHostedZonesByName'),
      handle: ({ DNSName, MaxItems }: sdk.ListHostedZonesByNameCommandInput) => {
        const from = reversed(plainName(DNSName ?? ''));
        const sorted = zones.all().toSorted((a, b) => compare(reversed(a.name), reversed(b.name)));
        const found = sorted.filter(({ name }) => compare(reversed(name), from) >= 0);
        const { items, size } = page(found, ({ id }) => id, { after: undefined, max: MaxItems });
        const asked = DNSName === undefined ? {} : { DNSName };
        return {
          ...asked,
          HostedZones: items.map(zoneShape),
          IsTruncated: items.length < found.length,
          MaxItems: size,
        };
      },
    }),
    GetHostedZone: operation({
      authorize: ({ Id }: sdk.GetHostedZoneCommandInput) => [
        { action: 'route53:GetHostedZone', resource: zoneArn(Id) },
      ],
      handle: ({ Id = '' }: sdk.GetHostedZoneCommandInput) => {
        const zone = zones.get(Id);
        const servers = zone.isPrivate ? {} : { DelegationSet: { NameServers: [...NAME_SERVERS] } };
        return { HostedZone: zoneShape(zone), ...servers };
      },
    }),
    ListResourceRecordSets: operation({
      authorize: ({ HostedZoneId }: sdk.ListResourceRecordSetsCommandInput) => [
        { action: 'route53:ListResourceRecordSets', resource: zoneArn(HostedZoneId) },
      ],
      handle: (input: sdk.ListResourceRecordSetsCommandInput) =>
        recordPage(zones.get(input.HostedZoneId ?? ''), input),
    }),
  };
}

function recordPage(zone: HostedZone, input: sdk.ListResourceRecordSetsCommandInput) {
  const { StartRecordName, StartRecordType, StartRecordIdentifier, MaxItems } = input;
  const start =
    StartRecordName === undefined
      ? ''
      : positionOf(plainName(StartRecordName), StartRecordType ?? '', StartRecordIdentifier ?? '');
  const keyOf = ({ name, type, setIdentifier }: HostedRecordSet) =>
    positionOf(name, type, setIdentifier ?? '');
  const sorted = [...zone.written.values()].toSorted((a, b) => compare(keyOf(a), keyOf(b)));
  const from = sorted.filter((record) => compare(keyOf(record), start) >= 0);
  const { items, size } = page(from, keyOf, { after: undefined, max: MaxItems });
  const rest = from[items.length];
  return {
    ResourceRecordSets: items.map(recordShape),
    IsTruncated: rest !== undefined,
    ...(rest === undefined
      ? {}
      : {
          NextRecordName: `${rest.name}.`,
          NextRecordType: rest.type,
          ...(rest.setIdentifier === null ? {} : { NextRecordIdentifier: rest.setIdentifier }),
        }),
    MaxItems: size,
  };
}

function changing(zones: HostedZones): Record<string, Operation> {
  return {
    ChangeResourceRecordSets: operation({
      authorize: ({ HostedZoneId, ChangeBatch }: sdk.ChangeResourceRecordSetsCommandInput) => {
        const changes = ChangeBatch?.Changes ?? [];
        const sets = changes.flatMap(({ ResourceRecordSet: set }) => (set ? [set] : []));
        const distinct = (values: readonly (string | undefined)[]) => [
          ...new Set(values.map((value) => value ?? '')),
        ];
        const context = {
          'route53:ChangeResourceRecordSetsNormalizedRecordNames': distinct(
            sets.map(({ Name }) => normalized(Name)),
          ),
          'route53:ChangeResourceRecordSetsRecordTypes': distinct(sets.map(({ Type }) => Type)),
          'route53:ChangeResourceRecordSetsActions': distinct(changes.map(({ Action }) => Action)),
        };
        return [{ action: 'route53:ChangeResourceRecordSets', resource: zoneArn(HostedZoneId), context }];
      },
      handle: ({ HostedZoneId = '', ChangeBatch }: sdk.ChangeResourceRecordSetsCommandInput) => {
        const changes = (ChangeBatch?.Changes ?? []).map(({ Action, ResourceRecordSet: set }) => {
          const action = ACTIONS.find((one) => one === Action);
          if (!action || !set)
            throw new AwsError('InvalidInput', `Action = ${Action}: is one of ${ACTIONS.join(', ')}`);
          return { action, record: readRecord(set) };
        });
        return { ChangeInfo: changeShape(zones.apply(HostedZoneId, changes, ChangeBatch?.Comment).change) };
      },
    }),
    GetChange: operation({
      authorize: ({ Id }: sdk.GetChangeCommandInput) => [
        { action: 'route53:GetChange', resource: `${ARN}change/${idOf(Id) || '*'}` },
      ],
      handle: ({ Id = '' }: sdk.GetChangeCommandInput) => ({ ChangeInfo: changeShape(zones.change(Id)) }),
    }),
  };
}

/** For policies: small letters, no trailing dot; a `*` is written as its escape (IAM guide of Route 53). */
function normalized(name: string | undefined): string {
  return plainName(name ?? '').replaceAll('*', '\\052');
}

function idOf(id: string | undefined): string {
  return id?.split('/').at(-1) ?? '';
}

/** Route 53 sorts by the labels from the last: all of a domain stands together. */
function reversed(name: string): string {
  return name.split('.').toReversed().join('.');
}

function positionOf(name: string, type: string, setIdentifier: string): string {
  return [reversed(name), type, setIdentifier].join('\u0000');
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function zoneShape(zone: HostedZone): sdk.HostedZone {
  return {
    Id: `/hostedzone/${zone.id}`,
    Name: `${zone.name}.`,
    CallerReference: zone.callerReference,
    Config: { Comment: zone.comment, PrivateZone: zone.isPrivate },
    ResourceRecordSetCount: zone.written.size,
  };
}

function changeShape({ id, status, submittedAt, comment }: Change): sdk.ChangeInfo {
  const said = comment === null ? {} : { Comment: comment };
  return { Id: `/change/${id}`, Status: status, SubmittedAt: new Date(submittedAt), ...said };
}
