/** AWS::Route53::HealthCheck. */

import type { HealthCheckConfig } from '@aws-sdk/client-route-53';
import { type Enacted, Properties, type ResourceProvider, type ResourceRequest } from '../../kernel/index.ts';
import type { HealthCheckRecord, HealthChecks } from '../health-checks/index.ts';

const NUMBERS = ['Port', 'RequestInterval', 'FailureThreshold', 'HealthThreshold'] as const;
const FLAGS = ['MeasureLatency', 'Inverted', 'Disabled', 'EnableSNI'] as const;
const TEXTS = [
  'IPAddress',
  'Type',
  'ResourcePath',
  'FullyQualifiedDomainName',
  'SearchString',
  'InsufficientDataHealthStatus',
] as const;
const REST = ['ChildHealthChecks', 'AlarmIdentifier', 'Regions'];
/** A change of these makes another check of it, as Route 53 cannot change them. */
const FIXED = ['Type', 'RequestInterval', 'MeasureLatency'] as const;

export function healthCheckProvider(checks: HealthChecks): ResourceProvider {
  const enacted = ({ id }: HealthCheckRecord): Enacted => ({
    physicalId: id,
    attributes: { HealthCheckId: id },
  });
  return {
    type: 'AWS::Route53::HealthCheck',
    replaceOn: [],
    create: async (request) => enacted(checks.create(read(request))),
    async update(request) {
      const config = read(request);
      const { config: former } = checks.get(request.physicalId);
      if (FIXED.some((field) => config[field] !== former[field])) return enacted(checks.create(config));
      return enacted(checks.update(request.physicalId, config));
    },
    async delete(request) {
      if (checks.has(request.physicalId)) checks.remove(request.physicalId);
    },
  };
}

function read(request: ResourceRequest): HealthCheckConfig {
  const properties = new Properties(request, request.properties);
  properties.only(['HealthCheckConfig', 'HealthCheckTags']);
  const config = properties.object('HealthCheckConfig');
  if (!config) throw properties.fault('HealthCheckConfig', 'is required');
  config.only([...NUMBERS, ...FLAGS, ...TEXTS, ...REST], {
    RoutingControlArn: 'routing controls are not enacted by the sandbox',
  });
  const any = { min: 0, max: Number.MAX_SAFE_INTEGER };
  const alarm = config.object('AlarmIdentifier');
  const given = {
    ...Object.fromEntries(NUMBERS.map((name) => [name, config.integer(name, any)])),
    ...Object.fromEntries(FLAGS.map((name) => [name, config.boolean(name)])),
    ...Object.fromEntries(TEXTS.map((name) => [name, config.text(name)])),
    ...(config.has('ChildHealthChecks')
      ? { ChildHealthChecks: config.list('ChildHealthChecks').map(String) }
      : {}),
    ...(alarm
      ? { AlarmIdentifier: { Name: alarm.requiredText('Name'), Region: alarm.requiredText('Region') } }
      : {}),
  };
  const present = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present) as unknown as HealthCheckConfig;
}
