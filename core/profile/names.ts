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

/** With its tag or digest: what has neither means another image every day. */
export const CONTAINER_IMAGE: TextRule = {
  pattern:
    /^(?=.{1,512}$)[a-z0-9][a-z0-9._/:-]*[a-z0-9](:(?!latest$)[A-Za-z0-9_][A-Za-z0-9._-]{0,127}|@sha256:[0-9a-f]{64})$/,
  rule: "must be a container image with a tag other than 'latest', or a digest",
  fix: "write it as 'registry/name:1.4.2' or 'registry/name@sha256:...'",
};

/** Inside the checkout, so that every machine that synthesizes bundles the same. */
export const ENTRY_FILE: TextRule = {
  pattern: /^(?!\/)(?!(.*\/)?\.\.(\/|$))[A-Za-z0-9_.@/-]+\.(ts|mts|js|mjs)$/,
  rule: 'must be the path of a file of the checkout that Node can run',
  fix: "write it from the root of the checkout, such as 'src/main.ts'",
};

export const VERSION: TextRule = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
  rule: 'must be 1 to 64 letters, digits, dots, underscores and dashes',
  fix: "use a version such as '1.4.2', or leave it out for a short hash",
};

/** As balancers and Route 53 send it: no query, nothing to decode. */
export const REQUEST_PATH: TextRule = {
  pattern: /^(?!.*\/\/)\/[A-Za-z0-9._~/-]{0,199}$/,
  rule: 'must begin with / and be a path of at most 200 characters without a query',
  fix: "write it as '/health'",
};

/** As shells and every runtime know them. */
export const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
/** Not ending as a random end does: Secrets Manager could not tell the name from the ARN of another secret. */
export const SECRET_NAME: TextRule = {
  pattern: /^(?!.*-[A-Za-z0-9]{6}$)[A-Za-z0-9/_+=.@-]{1,512}$/,
  rule: 'must be the name of a secret: 1 to 512 letters, digits and /_+=.@-, not ending in a dash and six characters',
  fix: "use its name, such as 'shop/token-key', its whole ARN, or { generate: 'token-key' }",
};

/** With its random end: without it, another secret could be meant. */
export const SECRET_WHOLE_ARN: TextRule = {
  pattern: /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]+-[A-Za-z0-9]{6}$/,
  rule: 'must be the whole ARN of a secret, with the six characters at its end and nothing after them',
  fix: 'copy it: arn:aws:secretsmanager:<region>:<account>:secret:<name>-<six characters>',
};

export const GENERATED_SECRET: TextRule = {
  pattern: /^[a-z][a-z0-9-]{0,38}[a-z0-9]$/,
  rule: 'must be 2 to 40 lower-case letters, digits and dashes, beginning with a letter and not ending in a dash',
  fix: "use a name such as 'token-key'",
};

/** Variables that the kit, Node's loader or Fargate sets. */
export const RESERVED_VARIABLES =
  /^(UNDERSTUDY_|AWS_|ECS_|DATABASE_|(HOST|PORT|NODE_PATH|NODE_EXTRA_CA_CERTS)$)/;

/** Its last label has a letter, so no address of IPv4 passes. */
export const DOMAIN_NAME: TextRule = {
  pattern:
    /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+(?=[a-z0-9-]*[a-z])[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
  rule: 'must be a domain name in lower case, not an address and without a dot at its end',
  fix: "use a name such as 'shop.example.com'",
};

export const CERTIFICATE_ARN: TextRule = {
  pattern: /^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[A-Za-z0-9-]+$/,
  rule: 'must be the ARN of a certificate of ACM',
  fix: 'copy it: arn:aws:acm:<region>:<account>:certificate/<id>',
};
