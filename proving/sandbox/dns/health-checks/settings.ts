/** A health check as it is asked for, by a template or by the API, checked as Route 53 checks it. */

import type { HealthCheckConfig } from '@aws-sdk/client-route-53';
import {
  FAILURE_THRESHOLD_DEFAULT,
  INSUFFICIENT_DATA_STATUSES,
  type InsufficientDataStatus,
  REQUEST_INTERVALS_S,
} from '../../../twin/dns/index.ts';
import { AwsError } from '../../kernel/index.ts';

export const ENDPOINT_TYPES = ['HTTP', 'HTTPS', 'HTTP_STR_MATCH', 'HTTPS_STR_MATCH', 'TCP'] as const;
export type EndpointType = (typeof ENDPOINT_TYPES)[number];

interface Common {
  readonly inverted: boolean;
  readonly disabled: boolean;
}

export interface EndpointCheck extends Common {
  readonly kind: 'endpoint';
  readonly type: EndpointType;
  /** Where an address is given it is connected to, and the name only sent. */
  readonly address: string | null;
  readonly name: string | null;
  readonly port: number;
  readonly path: string;
  readonly search: string | null;
  readonly sendsName: boolean;
  readonly intervalS: number;
  readonly threshold: number;
}

export interface MetricCheck extends Common {
  readonly kind: 'metric';
  readonly alarm: string;
  readonly whenMissing: InsufficientDataStatus;
}

export interface CalculatedCheck extends Common {
  readonly kind: 'calculated';
  readonly children: readonly string[];
  readonly threshold: number;
}

export type CheckSettings = EndpointCheck | MetricCheck | CalculatedCheck;

/** Quotas of the Developer Guide. */
const CHILDREN_MAX = 255;
const SEARCH_LENGTH_MAX = 255;
const THRESHOLD_MAX = 10;
const PORT_MAX = 65_535;

/** @throws AwsError `InvalidInput` naming field, value and rule */
export function readSettings(config: HealthCheckConfig, region: string): CheckSettings {
  const common = { inverted: config.Inverted ?? false, disabled: config.Disabled ?? false };
  if (config.Type === 'CLOUDWATCH_METRIC') return { ...common, ...metricOf(config, region) };
  if (config.Type === 'CALCULATED') return { ...common, ...calculatedOf(config) };
  return { ...common, ...endpointOf(config) };
}

type Own<T extends CheckSettings> = Omit<T, keyof Common>;

function endpointOf(config: HealthCheckConfig): Own<EndpointCheck> {
  const type = ENDPOINT_TYPES.find((one) => one === config.Type);
  if (!type)
    throw invalid(
      'Type',
      config.Type,
      `is one of ${ENDPOINT_TYPES.join(', ')}, CLOUDWATCH_METRIC, CALCULATED`,
    );
  const isTls = type.startsWith('HTTPS');
  const { IPAddress: address = null, FullyQualifiedDomainName: name = null } = config;
  if (address === null && name === null) {
    throw invalid('FullyQualifiedDomainName', name, 'or an IPAddress has to be given');
  }
  if (type === 'TCP' && config.Port === undefined)
    throw invalid('Port', undefined, 'is required for a TCP check');
  const intervalS = config.RequestInterval ?? REQUEST_INTERVALS_S[1];
  if (!REQUEST_INTERVALS_S.some((one) => one === intervalS)) {
    throw invalid('RequestInterval', intervalS, `is one of ${REQUEST_INTERVALS_S.join(', ')}`);
  }
  return {
    kind: 'endpoint',
    type,
    address,
    name,
    port: whole('Port', config.Port ?? (isTls ? 443 : 80), { min: 1, max: PORT_MAX }),
    path: config.ResourcePath ?? '/',
    search: searchOf(config),
    sendsName: isTls ? (config.EnableSNI ?? true) : false,
    intervalS,
    threshold: whole('FailureThreshold', config.FailureThreshold ?? FAILURE_THRESHOLD_DEFAULT, {
      min: 1,
      max: THRESHOLD_MAX,
    }),
  };
}

function searchOf({ Type, SearchString }: HealthCheckConfig): string | null {
  const isMatch = Type?.endsWith('_STR_MATCH') ?? false;
  if (isMatch && !SearchString) throw invalid('SearchString', SearchString, `is required for ${Type}`);
  if (!isMatch && SearchString) throw invalid('SearchString', SearchString, 'is for a STR_MATCH check alone');
  if (SearchString && SearchString.length > SEARCH_LENGTH_MAX) {
    throw invalid('SearchString', SearchString, `has at most ${SEARCH_LENGTH_MAX} characters`);
  }
  return SearchString ?? null;
}

function metricOf(config: HealthCheckConfig, region: string): Own<MetricCheck> {
  const { Name, Region } = config.AlarmIdentifier ?? {};
  if (!Name) throw invalid('AlarmIdentifier', Name, 'names an alarm and its Region');
  if (Region !== region) throw invalid('AlarmIdentifier.Region', Region, `is ${region}, the only one here`);
  const given = config.InsufficientDataHealthStatus ?? 'LastKnownStatus';
  const whenMissing = INSUFFICIENT_DATA_STATUSES.find((one) => one === given);
  if (!whenMissing) {
    const rule = `is one of ${INSUFFICIENT_DATA_STATUSES.join(', ')}`;
    throw invalid('InsufficientDataHealthStatus', given, rule);
  }
  return { kind: 'metric', alarm: Name, whenMissing };
}

function calculatedOf(config: HealthCheckConfig): Own<CalculatedCheck> {
  const children = config.ChildHealthChecks ?? [];
  if (children.length > CHILDREN_MAX) {
    throw invalid('ChildHealthChecks', children.length, `are at most ${CHILDREN_MAX}`);
  }
  const threshold = whole('HealthThreshold', config.HealthThreshold ?? children.length, {
    min: 0,
    max: CHILDREN_MAX + 1,
  });
  return { kind: 'calculated', children, threshold };
}

function whole(field: string, value: number, range: { readonly min: number; readonly max: number }): number {
  if (Number.isInteger(value) && value >= range.min && value <= range.max) return value;
  throw invalid(field, value, `is a whole number from ${range.min} to ${range.max}`);
}

export function invalid(field: string, value: unknown, rule: string): AwsError {
  return new AwsError('InvalidInput', `${field} = ${JSON.stringify(value) ?? 'nothing'}: ${field} ${rule}`);
}
