/**
 * Route 53's API, as far as there is anything to ask: no tier has a hosted zone, so there is none to list and none
 * to be found. The endpoints of Aurora are in AWS's own zones, which no account sees. The schemas are written out
 * here, in the form in which the SDK's clients carry theirs.
 */

import { AwsRestXmlProtocol } from '@aws-sdk/core/protocols';
import { AwsError, type AwsService, operation } from '../kernel/index.ts';

const NAMESPACE = 'com.amazonaws.route53';
const XML_NAMESPACE = 'https://route53.amazonaws.com/doc/2013-04-01/';
const PAGE_SIZE_MAX = '100';

/** Kinds of schema, and of the plain types. */
const OPERATION = 9;
const STRUCTURE = 3;
const LIST = 1;
const STRING = 0;
const BOOLEAN = 2;

function structure(name: string, members: Readonly<Record<string, unknown>>): unknown[] {
  return [STRUCTURE, NAMESPACE, name, 0, Object.keys(members), Object.values(members)];
}

function reading(name: string, path: string, shapes: { input: object; output: object }): unknown[] {
  const input = structure(`${name}Request`, { ...shapes.input });
  const output = structure(`${name}Response`, { ...shapes.output });
  return [OPERATION, NAMESPACE, name, { http: ['GET', path, 200] }, () => input, () => output];
}

const ZONE = structure('HostedZone', { Id: STRING, Name: STRING });
const ZONES = [LIST, NAMESPACE, 'HostedZones', 0, [() => ZONE, { xmlName: 'HostedZone' }]];
const ID = [STRING, { httpLabel: 1 }];

const SCHEMAS = {
  ListHostedZones$: reading('ListHostedZones', '/2013-04-01/hostedzone', {
    input: { Marker: [STRING, { httpQuery: 'marker' }] },
    output: { HostedZones: [() => ZONES, 0], IsTruncated: BOOLEAN, MaxItems: STRING },
  }),
  GetHostedZone$: reading('GetHostedZone', '/2013-04-01/hostedzone/{Id}', {
    input: { Id: ID },
    output: { HostedZone: [() => ZONE, 0] },
  }),
  ListResourceRecordSets$: reading('ListResourceRecordSets', '/2013-04-01/hostedzone/{HostedZoneId}/rrset', {
    input: { HostedZoneId: ID },
    output: {},
  }),
};

export function route53Service(): AwsService {
  const ofZone = (action: string, idOf: (input: Record<string, string>) => string | undefined) =>
    operation({
      authorize: (input: Record<string, string>) => [
        { action: `route53:${action}`, resource: `arn:aws:route53:::hostedzone/${idOf(input) ?? '*'}` },
      ],
      handle: (input: Record<string, string>): never => {
        throw new AwsError('NoSuchHostedZone', `No hosted zone found with ID: ${idOf(input) ?? ''}`, {
          status: 404,
        });
      },
    });
  const settings = { defaultNamespace: NAMESPACE, xmlNamespace: XML_NAMESPACE, errorTypeRegistries: [] };
  return {
    signingName: 'route53',
    sdk: SCHEMAS,
    client: {
      config: {
        protocol: new AwsRestXmlProtocol(settings),
        protocolSettings: { xmlNamespace: XML_NAMESPACE },
      },
    },
    operations: {
      ListHostedZones: operation({
        authorize: () => [{ action: 'route53:ListHostedZones', resource: '*' }],
        handle: () => ({ HostedZones: [], IsTruncated: false, MaxItems: PAGE_SIZE_MAX }),
      }),
      GetHostedZone: ofZone('GetHostedZone', ({ Id }) => Id),
      ListResourceRecordSets: ofZone('ListResourceRecordSets', ({ HostedZoneId }) => HostedZoneId),
    },
  };
}
