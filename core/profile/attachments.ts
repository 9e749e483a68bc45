/** Checks what the environment attaches to: existing resources, whom it notifies, and its applications. */

import type { Fault } from '../errors.ts';
import { READERS_MIN } from './defaults.ts';
import {
  APPLICATION_NAME,
  DATABASE_IDENTIFIER,
  EMAIL,
  HOSTED_ZONE_ID,
  HOST_NAME,
  RESERVED_ROLES,
  SECRET_ARN,
  TOPIC_ARN,
  resourceId,
} from './names.ts';
import type { NormalizedProfile, Warning } from './normalized.ts';
import { integerAt, listAt, objectAt, onlyKnown, requiredTextAt, textAt, type Fields } from './reading.ts';
import type { ExistingCluster, ExistingHostedZone, ExistingResources } from './types.ts';
import { readVpc, type VpcContext } from './vpc.ts';

export function readApplications(faults: Fault[], value: unknown): readonly string[] {
  if (value === undefined) return [];
  const names: string[] = [];
  (listAt(faults, 'applications', value) ?? []).forEach((entry, index) => {
    const field = `applications[${index}]`;
    const name = requiredTextAt(faults, field, entry, APPLICATION_NAME);
    if (name === null) return;
    if (names.includes(name)) {
      faults.push({ field, value: name, rule: 'stands twice', fix: 'name each application once' });
    } else if (RESERVED_ROLES.includes(name) || name.startsWith('pg_')) {
      const rule = 'is a role that PostgreSQL, RDS or the kit owns';
      faults.push({ field, value: name, rule, fix: 'choose another name' });
    } else names.push(name);
  });
  return names;
}

export function readNotify(
  faults: Fault[],
  warnings: Warning[],
  value: unknown,
  region: string,
): NormalizedProfile['notify'] {
  if (value === undefined) {
    warnings.push(NOBODY_TOLD);
    return {};
  }
  const fields = objectAt(faults, 'notify', value) ?? {};
  onlyKnown(faults, 'notify', fields, ['email', 'topicArn']);
  const email = textAt(faults, 'notify.email', fields['email'], EMAIL);
  const topicArn = textAt(faults, 'notify.topicArn', fields['topicArn'], TOPIC_ARN);
  if (topicArn !== null && region !== '' && topicArn.split(':')[3] !== region) {
    const rule = `must be a topic of the region ${region}: an alarm cannot publish elsewhere`;
    faults.push({ field: 'notify.topicArn', value: topicArn, rule, fix: `make a topic in ${region}` });
  }
  return { ...(email === null ? {} : { email }), ...(topicArn === null ? {} : { topicArn }) };
}

const NOBODY_TOLD: Warning = {
  id: 'understudy:nobody-notified',
  message:
    'notify is missing: alarms will be visible but nobody is told. Name an e-mail address or a topic, or write ' +
    'notify: {} to subscribe to the topic of the environment yourself.',
};

export interface ExistingContext extends VpcContext {
  readonly single: boolean;
}

export function readExisting(faults: Fault[], value: unknown, context: ExistingContext): ExistingResources {
  if (value === undefined) return {};
  const fields = objectAt(faults, 'existing', value) ?? {};
  onlyKnown(faults, 'existing', fields, ['vpc', 'cluster', 'hostedZone']);
  if (fields['cluster'] !== undefined && fields['vpc'] === undefined) {
    faults.push({
      field: 'existing.vpc',
      value: undefined,
      rule: 'is required with existing.cluster: the probers must stand where they reach it',
      fix: "name the cluster's VPC",
    });
  }
  const vpc = fields['vpc'] === undefined ? null : readVpc(faults, fields['vpc'], context);
  const cluster =
    fields['cluster'] === undefined ? null : readCluster(faults, fields['cluster'], context.single);
  const zone =
    fields['hostedZone'] === undefined
      ? null
      : readHostedZone(faults, 'existing.hostedZone', fields['hostedZone']);
  return {
    ...(vpc === null ? {} : { vpc }),
    ...(cluster === null ? {} : { cluster }),
    ...(zone === null ? {} : { hostedZone: zone }),
  };
}

const CLUSTER_FIELDS = [
  'identifier',
  'resourceId',
  'endpoint',
  'readerEndpoint',
  'port',
  'securityGroupId',
  'secretArn',
  'members',
];

function readCluster(faults: Fault[], value: unknown, single: boolean): ExistingCluster {
  const path = 'existing.cluster';
  const fields = objectAt(faults, path, value) ?? {};
  onlyKnown(faults, path, fields, CLUSTER_FIELDS);
  const text = (name: string, rule: typeof HOST_NAME): string =>
    requiredTextAt(faults, `${path}.${name}`, fields[name], rule) ?? '';
  const portRule = { min: 1150, max: 65_535, fix: 'leave it out for 5432' };
  const port = integerAt(faults, `${path}.port`, fields['port'], portRule);
  return {
    identifier: text('identifier', DATABASE_IDENTIFIER),
    resourceId: text('resourceId', resourceId('cluster')),
    endpoint: text('endpoint', HOST_NAME),
    readerEndpoint: text('readerEndpoint', HOST_NAME),
    ...(port === null ? {} : { port }),
    securityGroupId: text('securityGroupId', resourceId('sg')),
    secretArn: text('secretArn', SECRET_ARN),
    members: readMembers(faults, `${path}.members`, fields['members'], single),
  };
}

function readMembers(
  faults: Fault[],
  field: string,
  value: unknown,
  single: boolean,
): ExistingCluster['members'] {
  const listed = listAt(faults, field, value) ?? [];
  const least = single ? 1 : READERS_MIN + 1;
  if (listed.length < least) {
    const rule = `must name at least ${least} members, all that the cluster has (I-35)`;
    faults.push({ field, value, rule, fix: 'add readers to the cluster and name them here' });
  }
  return listed.map((entry, index) => {
    const path = `${field}[${index}]`;
    const fields: Fields = objectAt(faults, path, entry) ?? {};
    onlyKnown(faults, path, fields, ['id', 'endpoint']);
    return {
      id: requiredTextAt(faults, `${path}.id`, fields['id'], DATABASE_IDENTIFIER) ?? '',
      endpoint: requiredTextAt(faults, `${path}.endpoint`, fields['endpoint'], HOST_NAME) ?? '',
    };
  });
}

export function readHostedZone(faults: Fault[], path: string, value: unknown): ExistingHostedZone {
  const fields = objectAt(faults, path, value) ?? {};
  onlyKnown(faults, path, fields, ['id', 'name']);
  return {
    id: requiredTextAt(faults, `${path}.id`, fields['id'], HOSTED_ZONE_ID) ?? '',
    name: requiredTextAt(faults, `${path}.name`, fields['name'], HOST_NAME) ?? '',
  };
}
