/** Checks the edge tier of a profile: its names, and that what was chosen fits together. */

import type { Fault } from '../errors.ts';
import { LIMIT_MAX, LIMIT_MIN, addressLimit, mostOfOneCaller } from '../throttle/address-limit.ts';
import type { ResourceQuotas } from '../throttle/quotas-types.ts';
import { readHostedZone } from './attachments.ts';
import {
  ACCESS_LOG_DAYS_DEFAULT,
  ADDRESS_WINDOW_S,
  ENTRY_DEFAULT,
  HEALTH_SIGNAL_DEFAULT,
  REQUESTS_PER_ADDRESS_DEFAULT,
  SECONDARY_DEFAULT,
} from './defaults.ts';
import { edgeFaults } from './edge-rules.ts';
import { CERTIFICATE_ARN, DOMAIN_NAME, HOSTED_ZONE_ID, HOST_NAME, MODES, REQUEST_PATH } from './names.ts';
import type { NormalizedEdge, NormalizedWeb } from './normalized.ts';
import {
  booleanAt,
  choiceAt,
  integerAt,
  objectAt,
  onlyKnown,
  requiredTextAt,
  textAt,
  type Fields,
} from './reading.ts';
import type { SecondaryKind } from './types.ts';

const PATH = 'tiers.edge';
const FIELDS = [
  'domain',
  'zone',
  'private',
  'certificateArn',
  'secondary',
  'healthSignal',
  'checkPath',
  'entry',
  'requestsPerAddress',
  'accessLogDays',
  'mode',
];
const SECONDARIES: readonly SecondaryKind[] = ['edge', 'static-page', 'none'];

export interface EdgeContext {
  readonly region: string;
  /** Null where the profile has none that could be read. */
  readonly web: NormalizedWeb | null;
  /** Whether the profile has a web tier at all. */
  readonly hasWeb: boolean;
  readonly throttle: readonly ResourceQuotas[];
}

export function readEdge(faults: Fault[], value: unknown, context: EdgeContext): NormalizedEdge | null {
  if (value === undefined) return null;
  const fields = objectAt(faults, PATH, value);
  if (fields === null) return null;
  onlyKnown(faults, PATH, fields, FIELDS);
  if (!context.hasWeb) {
    const rule = 'is required with tiers.edge: the balancers need tasks to send requests to';
    faults.push({
      field: 'tiers.web',
      value: undefined,
      rule,
      fix: 'add tiers.web, or leave tiers.edge out',
    });
  }
  const before = faults.length;
  const edge = readFields(faults, fields, context);
  // What is faulty by itself says nothing about how the fields fit together.
  if (faults.length === before) faults.push(...edgeFaults(PATH, edge, context.region));
  return edge;
}

function readFields(faults: Fault[], fields: Fields, context: EdgeContext): NormalizedEdge {
  const at = (name: string): [string, unknown] => [`${PATH}.${name}`, fields[name]];
  const requestsPerAddress = defaultPerAddress(context.throttle);
  const limits = { min: LIMIT_MIN, max: LIMIT_MAX, fix: `leave it out for ${requestsPerAddress}` };
  const days = { min: 1, max: 3650, fix: `leave it out for ${ACCESS_LOG_DAYS_DEFAULT}` };
  return {
    domain: requiredTextAt(faults, ...at('domain'), DOMAIN_NAME) ?? '',
    zone: readZone(faults, ...at('zone')),
    private: booleanAt(faults, ...at('private'), 'leave it out for a public edge') ?? false,
    certificateArn: textAt(faults, ...at('certificateArn'), CERTIFICATE_ARN),
    secondary: readSecondary(faults, ...at('secondary')),
    healthSignal:
      choiceAt(faults, ...at('healthSignal'), ['metric', 'endpoint'] as const) ?? HEALTH_SIGNAL_DEFAULT,
    checkPath: textAt(faults, ...at('checkPath'), REQUEST_PATH) ?? context.web?.healthPath ?? '/',
    entry: choiceAt(faults, ...at('entry'), ['dns', 'static-ip'] as const) ?? ENTRY_DEFAULT,
    requestsPerAddress: integerAt(faults, ...at('requestsPerAddress'), limits) ?? requestsPerAddress,
    accessLogDays: integerAt(faults, ...at('accessLogDays'), days) ?? ACCESS_LOG_DAYS_DEFAULT,
    mode: choiceAt(faults, ...at('mode'), MODES),
  };
}

/** Never below what the exact guard lets one caller send of everything: WAF must not stop whom it would admit. */
function defaultPerAddress(throttle: readonly ResourceQuotas[]): number {
  const allowed = throttle.reduce((sum, quotas) => {
    const perSecond = mostOfOneCaller(quotas);
    return sum + addressLimit({ quotas, perSecond, callersPerAddress: 1, windowS: ADDRESS_WINDOW_S });
  }, 0);
  return Math.max(REQUESTS_PER_ADDRESS_DEFAULT, allowed);
}

function readZone(faults: Fault[], field: string, value: unknown): NormalizedEdge['zone'] {
  if (value === undefined || value === 'create') return 'create';
  if (typeof value === 'string') {
    const rule = "must be 'create' or the id and name of a zone";
    faults.push({ field, value, rule, fix: "write { id: 'Z...', name: 'example.com' }" });
    return 'create';
  }
  return readHostedZone(faults, field, value);
}

function readSecondary(faults: Fault[], field: string, value: unknown): NormalizedEdge['secondary'] {
  if (value === undefined || typeof value !== 'object') {
    return choiceAt(faults, field, value, SECONDARIES) ?? SECONDARY_DEFAULT;
  }
  const fields = objectAt(faults, field, value) ?? {};
  onlyKnown(faults, field, fields, ['dnsName', 'hostedZoneId']);
  return {
    dnsName: requiredTextAt(faults, `${field}.dnsName`, fields['dnsName'], HOST_NAME) ?? '',
    hostedZoneId:
      requiredTextAt(faults, `${field}.hostedZoneId`, fields['hostedZoneId'], HOSTED_ZONE_ID) ?? '',
  };
}
