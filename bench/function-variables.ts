/** What a bundled function needs to start by itself: its name among the folders, and its variables. */

import { ENV as HEALTH_CHECK } from '../lambdas/health-check/contract.ts';
import { ENV as RECONCILE } from '../lambdas/reconcile/contract.ts';
import { CACHE_ENV, DATABASE_ENV, ENV, THROTTLE_ENV } from '../lambdas/shared/contract.ts';

export const FUNCTION_FOLDERS = [
  'health-check',
  'write-failover',
  'replica-pool',
  'reconcile',
  'database-bootstrap',
  'throttle',
  'cache-router',
  'cache-front',
] as const;

/** Every function's variables in one, with credentials of nobody. */
export const FUNCTION_VARIABLES: Readonly<Record<string, string>> = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'ASIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'nobody',
  AWS_SESSION_TOKEN: 'a-session-of-nobody',
  AWS_LAMBDA_FUNCTION_NAME: 'a-function',
  [ENV.env]: 'demo',
  [ENV.function]: 'a-function',
  [ENV.stateTable]: 'state',
  [DATABASE_ENV.cluster]: 'cluster',
  [DATABASE_ENV.clusterEndpoint]: 'cluster.invalid',
  [DATABASE_ENV.members]: 'one=one.invalid,two=two.invalid',
  [DATABASE_ENV.port]: '5432',
  [DATABASE_ENV.database]: 'app',
  [DATABASE_ENV.probeUser]: 'probe',
  [DATABASE_ENV.customEndpoint]: 'readers',
  [HEALTH_CHECK.az]: 'eu-west-1a',
  [RECONCILE.parameterRoot]: '/understudy/demo',
  [RECONCILE.alarmPrefix]: 'demo-',
  [ENV.zones]: 'eu-west-1a,eu-west-1b,eu-west-1c',
  [CACHE_ENV.shards]: 'demo-cache-0=cache-0.invalid:6379,demo-cache-1=cache-1.invalid:6379',
  [CACHE_ENV.gutter]: 'demo-gutter-0=gutter-0.invalid:6379',
  [CACHE_ENV.probeUser]: 'demo-health-check',
  [CACHE_ENV.frontUser]: 'demo-cache-front',
  [CACHE_ENV.front]: 'demo-cache-front',
  [THROTTLE_ENV.table]: 'throttle',
  [THROTTLE_ENV.resources]: 'quotes=shop',
};
