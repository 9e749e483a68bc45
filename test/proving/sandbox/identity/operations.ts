/**
 * What AWS checks for each call the sandbox serves: from the Service Authorization Reference and the pages of the
 * services, not from our maps. One row a way to call an operation; a list call stands beside the call for one thing.
 */

import { ELASTICACHE } from './operations/cache.ts';
import { RDS, RDS_DATA } from './operations/database.ts';
import { DYNAMODB, S3, SECRETS, SSM } from './operations/state.ts';
import { CLOUDWATCH, EVENTS, LAMBDA } from './operations/functions.ts';
import { CLOUDFORMATION, STS } from './operations/deployment.ts';
import { ACM, CLOUD_MAP, ROUTE53, ZONAL_SHIFT } from './operations/names.ts';
import { ECS, LOAD_BALANCING } from './operations/tasks.ts';
import type { Row } from './operations/rights.ts';

export type { NeededRight, Row } from './operations/rights.ts';

/** By signing name; the prefix of the actions differs for CloudWatch. */
export const OPERATIONS: Readonly<Record<string, readonly Row[]>> = {
  acm: ACM,
  'arc-zonal-shift': ZONAL_SHIFT,
  cloudformation: CLOUDFORMATION,
  dynamodb: DYNAMODB,
  ecs: ECS,
  elasticache: ELASTICACHE,
  elasticloadbalancing: LOAD_BALANCING,
  events: EVENTS,
  lambda: LAMBDA,
  monitoring: CLOUDWATCH,
  rds: RDS,
  'rds-data': RDS_DATA,
  route53: ROUTE53,
  s3: S3,
  secretsmanager: SECRETS,
  servicediscovery: CLOUD_MAP,
  ssm: SSM,
  sts: STS,
};

export const PREFIXES: Readonly<Record<string, string>> = { monitoring: 'cloudwatch' };
