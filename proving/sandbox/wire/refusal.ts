/** Drills that take an AWS API away: all of it, or only its control plane. */

import { AwsError } from '../kernel/index.ts';

export interface DenyRule {
  /** SigV4 signing name, or the SDK's name of the service (`cloudwatch`, `eventbridge`, `secrets-manager`). */
  readonly service: string;
  readonly kind: 'all' | 'control';
}

const SIGNING_NAMES: Readonly<Record<string, string>> = {
  cloudwatch: 'monitoring',
  eventbridge: 'events',
  'secrets-manager': 'secretsmanager',
  'route-53': 'route53',
  'rds-data': 'rds-data',
  'cloud-map': 'servicediscovery',
};

/** Operations that serve requests; all others of a service create, change, delete or describe its resources. */
const DATA_PLANE: Readonly<Record<string, RegExp>> = {
  dynamodb:
    /^(Get|Put|Update|Delete)Item$|^(Query|Scan)$|^Batch(Get|Write)Item$|^Transact(Get|Write)Items$|Statement$/,
  lambda: /^Invoke/,
  s3: /Object(s|sV2)?$|Upload$|^UploadPart/,
  monitoring: /^PutMetricData$|^GetMetric(Data|Statistics)$/,
  events: /^PutEvents$/,
  secretsmanager: /^(Batch)?GetSecretValue$/,
  ssm: /^GetParameter/,
  sts: /./,
  'rds-data': /./,
  sns: /^Publish/,
  'arc-zonal-shift': /ZonalShifts?$|^GetManagedResource$/,
  servicediscovery: /^DiscoverInstances/,
  sqs: /^(Send|Receive|Delete)Message|^ChangeMessageVisibility/,
};

/** @throws AwsError `ServiceUnavailable` (503) when the rule takes this operation away. */
export function refuse(rule: DenyRule | null, service: string, operation: string): void {
  if (rule === null || signingNameOf(rule.service) !== service) return;
  if (rule.kind === 'control' && isDataPlane(service, operation)) return;
  throw new AwsError('ServiceUnavailable', `${service}:${operation} is refused by a drill`, { status: 503 });
}

/** The SigV4 signing name of a service, by that name or by the SDK's. */
export function signingNameOf(service: string): string {
  return SIGNING_NAMES[service] ?? service;
}

export function isDataPlane(service: string, operation: string): boolean {
  return DATA_PLANE[service]?.test(operation) ?? false;
}
