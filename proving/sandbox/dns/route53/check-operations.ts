/** Health checks over Route 53's API. */

import type * as sdk from '@aws-sdk/client-route-53';
import { AwsError, type Operation, operation } from '../../kernel/index.ts';
import type { HealthCheckRecord, HealthChecks } from '../health-checks/index.ts';
import { page } from './paging.ts';

const ARN = 'arn:aws:route53:::healthcheck/';
/** Of `UpdateHealthCheck`; the rest of a check cannot be changed. */
const CHANGEABLE = [
  'IPAddress',
  'Port',
  'ResourcePath',
  'FullyQualifiedDomainName',
  'SearchString',
  'FailureThreshold',
  'Inverted',
  'Disabled',
  'HealthThreshold',
  'ChildHealthChecks',
  'EnableSNI',
  'Regions',
  'AlarmIdentifier',
  'InsufficientDataHealthStatus',
] as const;

export function checkOperations(
  checks: HealthChecks,
  isUsed: (healthCheckId: string) => boolean,
): Record<string, Operation> {
  const onAll = (action: string) => () => [{ action: `route53:${action}`, resource: '*' }];
  const on =
    (action: string) =>
    ({ HealthCheckId }: { HealthCheckId?: string | undefined }) => [
      { action: `route53:${action}`, resource: `${ARN}${HealthCheckId ?? '*'}` },
    ];
  return {
    ListHealthChecks: operation({
      authorize: onAll('ListHealthChecks'),
      handle: ({ Marker, MaxItems }: sdk.ListHealthChecksCommandInput) => {
        const { items, next, size } = page(checks.all(), ({ id }) => id, { after: Marker, max: MaxItems });
        const more = next === null ? { IsTruncated: false } : { IsTruncated: true, NextMarker: next };
        return { HealthChecks: items.map(checkShape), Marker: Marker ?? '', ...more, MaxItems: size };
      },
    }),
    GetHealthCheck: operation({
      authorize: on('GetHealthCheck'),
      handle: ({ HealthCheckId = '' }: sdk.GetHealthCheckCommandInput) => ({
        HealthCheck: checkShape(checks.get(HealthCheckId)),
      }),
    }),
    CreateHealthCheck: operation({
      authorize: onAll('CreateHealthCheck'),
      handle: ({ CallerReference, HealthCheckConfig }: sdk.CreateHealthCheckCommandInput) => {
        if (!HealthCheckConfig) throw new AwsError('InvalidInput', 'HealthCheckConfig is required');
        const record = checks.create(HealthCheckConfig, CallerReference);
        const Location = `https://route53.amazonaws.com/2013-04-01/healthcheck/${record.id}`;
        return { HealthCheck: checkShape(record), Location };
      },
    }),
    UpdateHealthCheck: operation({
      authorize: on('UpdateHealthCheck'),
      handle: (input: sdk.UpdateHealthCheckCommandInput) => ({
        HealthCheck: checkShape(updated(checks, input)),
      }),
    }),
    DeleteHealthCheck: operation({
      authorize: on('DeleteHealthCheck'),
      handle: ({ HealthCheckId = '' }: sdk.DeleteHealthCheckCommandInput) => {
        checks.get(HealthCheckId);
        if (isUsed(HealthCheckId)) {
          throw new AwsError('HealthCheckInUse', `Health check ${HealthCheckId} is in use by a record set.`);
        }
        checks.remove(HealthCheckId);
      },
    }),
  };
}

/** What is left out keeps its value. */
function updated(checks: HealthChecks, input: sdk.UpdateHealthCheckCommandInput): HealthCheckRecord {
  const { HealthCheckId = '', HealthCheckVersion } = input;
  const record = checks.get(HealthCheckId);
  if (HealthCheckVersion !== undefined && HealthCheckVersion !== record.version) {
    const message = `The value of HealthCheckVersion, ${HealthCheckVersion}, is not that of the check, ${record.version}.`;
    throw new AwsError('HealthCheckVersionMismatch', message);
  }
  const changes = CHANGEABLE.flatMap((field) => (input[field] === undefined ? [] : [[field, input[field]]]));
  return checks.update(HealthCheckId, { ...record.config, ...Object.fromEntries(changes) });
}

function checkShape({ id, callerReference, config, version, alarm }: HealthCheckRecord): sdk.HealthCheck {
  const watched = alarm?.metric
    ? {
        CloudWatchAlarmConfiguration: {
          EvaluationPeriods: alarm.rule.evaluationPeriods,
          Threshold: alarm.rule.threshold,
          ComparisonOperator: alarm.rule.comparison,
          Period: alarm.periodS,
          MetricName: alarm.metric.name,
          Namespace: alarm.metric.namespace,
          Statistic: alarm.metric.statistic as sdk.Statistic,
          Dimensions: Object.entries(alarm.metric.dimensions).map(([Name, Value]) => ({ Name, Value })),
        },
      }
    : {};
  return {
    Id: id,
    CallerReference: callerReference,
    HealthCheckConfig: config,
    HealthCheckVersion: version,
    ...watched,
  };
}
