/** Between record sets as the API and templates write them, and as they are kept. */

import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import { type HostedRecordSet, HOSTED_TYPES, plainName, type Routing } from '../../../twin/dns/index.ts';
import { AwsError } from '../../kernel/index.ts';

const WEIGHT_MAX = 255;
const TTL_S_MAX = 2_147_483_647;
/** Routing by what the sandbox has not: other Regions, places, networks. */
const UNSERVED = ['Region', 'GeoLocation', 'CidrRoutingConfig', 'GeoProximityLocation'] as const;

/** @throws AwsError `InvalidInput` naming field, value and rule */
export function readRecord(given: ResourceRecordSet): HostedRecordSet {
  const type = HOSTED_TYPES.find((one) => one === given.Type);
  if (!type) throw invalid('Type', given.Type, `the sandbox answers ${HOSTED_TYPES.join(', ')}`);
  const values = (given.ResourceRecords ?? []).map(({ Value }) => Value ?? '');
  const routing = routingOf(given);
  const setIdentifier = given.SetIdentifier ?? null;
  if ((routing.kind === 'simple') !== (setIdentifier === null)) {
    throw invalid(
      'SetIdentifier',
      setIdentifier,
      'is given with Weight, Failover or MultiValueAnswer, and only then',
    );
  }
  const name = plainName(given.Name ?? '');
  const common = { name, type, routing, setIdentifier, healthCheckId: given.HealthCheckId ?? null };
  if (given.AliasTarget) return { ...common, ...aliasOf(given) };
  if (values.length === 0) throw invalid('ResourceRecords', values, 'has a value, or AliasTarget is given');
  if (type === 'CNAME' && values.length > 1)
    throw invalid('ResourceRecords', values, 'a CNAME has one value');
  if (routing.kind === 'multivalue' && values.length > 1) {
    throw invalid('ResourceRecords', values, 'a multivalue record set has one value');
  }
  const ttlS = given.TTL;
  if (ttlS === undefined || !Number.isInteger(ttlS) || ttlS < 0 || ttlS > TTL_S_MAX) {
    throw invalid('TTL', ttlS, `is a whole number of seconds from 0 to ${TTL_S_MAX}`);
  }
  return { ...common, ttlS, values, alias: null };
}

function aliasOf(given: ResourceRecordSet): Pick<HostedRecordSet, 'ttlS' | 'values' | 'alias'> {
  const { DNSName, HostedZoneId, EvaluateTargetHealth } = given.AliasTarget ?? {};
  if (given.TTL !== undefined || given.ResourceRecords?.length) {
    throw invalid(
      'AliasTarget',
      DNSName,
      'takes the time to live and the values of its target: give neither',
    );
  }
  if (!DNSName || !HostedZoneId)
    throw invalid('AliasTarget', given.AliasTarget, 'has DNSName and HostedZoneId');
  const alias = {
    dnsName: plainName(DNSName),
    hostedZoneId: HostedZoneId,
    evaluateTargetHealth: EvaluateTargetHealth ?? false,
  };
  return { ttlS: null, values: [], alias };
}

function routingOf(given: ResourceRecordSet): Routing {
  for (const field of UNSERVED) {
    if (given[field] !== undefined)
      throw invalid(field, given[field], 'the sandbox has no such routing policy');
  }
  const { Weight: weight, Failover: role, MultiValueAnswer: multivalue } = given;
  const kinds = [weight !== undefined, role !== undefined, multivalue === true].filter(Boolean);
  if (kinds.length > 1) throw invalid('Weight', weight, 'a record set has one routing policy');
  if (weight !== undefined) {
    if (Number.isInteger(weight) && weight >= 0 && weight <= WEIGHT_MAX) return { kind: 'weighted', weight };
    throw invalid('Weight', weight, `is a whole number from 0 to ${WEIGHT_MAX}`);
  }
  if (role === 'PRIMARY' || role === 'SECONDARY') return { kind: 'failover', role };
  if (role !== undefined) throw invalid('Failover', role, 'is PRIMARY or SECONDARY');
  return multivalue === true ? { kind: 'multivalue' } : { kind: 'simple' };
}

/** As the API lists it: names with a trailing dot, `*` escaped. */
export function recordShape(record: HostedRecordSet): ResourceRecordSet {
  const { name, type, routing, setIdentifier, ttlS, values, alias, healthCheckId } = record;
  return {
    Name: `${name.replace(/^\*/, '\\052')}.`,
    Type: type,
    ...(setIdentifier === null ? {} : { SetIdentifier: setIdentifier }),
    ...(routing.kind === 'weighted' ? { Weight: routing.weight } : {}),
    ...(routing.kind === 'failover' ? { Failover: routing.role } : {}),
    ...(routing.kind === 'multivalue' ? { MultiValueAnswer: true } : {}),
    ...(ttlS === null ? {} : { TTL: ttlS }),
    ...(alias === null ? { ResourceRecords: values.map((Value) => ({ Value })) } : {}),
    ...(alias === null
      ? {}
      : {
          AliasTarget: {
            HostedZoneId: alias.hostedZoneId,
            DNSName: `${alias.dnsName}.`,
            EvaluateTargetHealth: alias.evaluateTargetHealth,
          },
        }),
    ...(healthCheckId === null ? {} : { HealthCheckId: healthCheckId }),
  };
}

function invalid(field: string, value: unknown, rule: string): AwsError {
  return new AwsError('InvalidInput', `${field} = ${JSON.stringify(value) ?? 'nothing'}: ${rule}`);
}
