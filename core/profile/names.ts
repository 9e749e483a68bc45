/** The legal form of every name in a profile, each as a rule that says how to mend it. */

import type { Mode } from '../state/items.ts';
import type { TextRule } from './reading.ts';

export const MODES: readonly Mode[] = ['act', 'observe', 'off'];

export const ENVIRONMENT_NAME: TextRule = {
  pattern: /^(?=.{2,24}$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
  rule: 'must be 2 to 24 lower-case letters, digits and single dashes, beginning with a letter',
  fix: "use a name such as 'demo' or 'prod-eu'",
};

export const REGION: TextRule = {
  pattern: /^[a-z]{2}(-[a-z]+)+-\d$/,
  rule: 'must be the name of an AWS Region',
  fix: "use a name such as 'us-east-1'",
};

/** An application's name is its database role, its schema and part of an output's key. */
export const APPLICATION_NAME: TextRule = {
  pattern: /^(?=.{1,30}$)[a-z][a-z0-9]*(_[a-z][a-z0-9]*)*$/,
  rule: 'must be 1 to 30 lower-case letters and digits, words joined by single underscores',
  fix: "use a name such as 'shop' or 'order_service'",
};

export const DATABASE_NAME: TextRule = {
  pattern: /^[a-z][a-z0-9_]{0,62}$/,
  rule: 'must be 1 to 63 lower-case letters, digits and underscores, beginning with a letter',
  fix: "use a name such as 'app'",
};

/** Roles and schemas that PostgreSQL, RDS or the kit itself owns. */
export const RESERVED_ROLES: readonly string[] = [
  'postgres',
  'public',
  'information_schema',
  'rdsadmin',
  'rds_superuser',
  'rds_iam',
  'understudy',
  'understudy_admin',
  'understudy_cache',
  'understudy_cache_front',
  'understudy_probe',
];

export const RESERVED_DATABASES: readonly string[] = ['postgres', 'template0', 'template1', 'rdsadmin'];

export const EMAIL: TextRule = {
  pattern: /^[^\s@]+@[^\s@]+\.[^\s@]+$/,
  rule: 'must be an e-mail address',
  fix: 'write the address of the people on call',
};

export const TOPIC_ARN: TextRule = {
  pattern: /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]+(\.fifo)?$/,
  rule: 'must be the ARN of an SNS topic',
  fix: 'copy the ARN of the topic, arn:aws:sns:<region>:<account>:<name>',
};

/** A resource id as EC2 and RDS give it, e.g. `vpc-0a1b`. */
export function resourceId(prefix: string): TextRule {
  return {
    pattern: new RegExp(`^${prefix}-[A-Za-z0-9]+$`),
    rule: `must be an id that begins with ${prefix}-`,
    fix: `copy the id, ${prefix}-...`,
  };
}

export const HOST_NAME: TextRule = {
  pattern: /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/,
  rule: 'must be a host name, not an address',
  fix: "copy the endpoint's host name",
};

export const DATABASE_IDENTIFIER: TextRule = {
  pattern: /^(?=.{1,63}$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/,
  rule: 'must be an RDS identifier: lower-case letters, digits and single dashes',
  fix: 'copy the identifier',
};

export const SECRET_ARN: TextRule = {
  pattern: /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:.+$/,
  rule: 'must be the ARN of a secret',
  fix: "copy the ARN of the master user's secret",
};

export const HOSTED_ZONE_ID: TextRule = {
  pattern: /^Z[A-Z0-9]{1,31}$/,
  rule: 'must be the id of a hosted zone',
  fix: 'copy the id, Z...',
};

/** Generations with TLS and IAM logins. Those with data on disks (r6gd) need properties that the tier does not set. */
export const CACHE_NODE_TYPE: TextRule = {
  pattern: /^cache\.(t3|t4g|(?!r6gd)[mrc][5-9][a-z]*)\.(micro|small|medium|\d*x?large)$/,
  rule: 'must be a node type of ElastiCache, of generation t3, t4g, m5, r5, c7gn or later',
  fix: "use a type such as 'cache.m7g.large'",
};
