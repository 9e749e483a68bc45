import type { NormalizedProfile } from '../../core/profile/index.ts';
import { ENV, FRONT_ENV, LAMBDA_CA_FILE, THROTTLE_ENV } from '../../lambdas/shared/contract.ts';
import { shardVariables } from '../control-plane/shard-variables.ts';
import type { ICacheTier } from '../tiers/cache/base.ts';
import type { DatabaseStack } from './database-stack.ts';
import type { StateStack } from './state-stack.ts';

type Variables = Readonly<Record<string, string>>;

/** What every task is told. */
export function taskVariables(task: {
  readonly profile: NormalizedProfile;
  readonly state: StateStack;
  readonly tier: 'web' | 'service';
}): Variables {
  const { profile, state, tier } = task;
  return {
    [ENV.env]: profile.name,
    UNDERSTUDY_TIER: tier,
    [ENV.stateTable]: state.stateTable.tableName,
    ...(state.frontTable === null ? {} : { [FRONT_ENV.table]: state.frontTable.tableName }),
  };
}

/** What the tasks of a service are told besides: where its database, its cache and its leases are. */
export function serviceVariables(service: {
  readonly profile: NormalizedProfile;
  readonly application: string;
  readonly database: DatabaseStack;
  readonly state: StateStack;
  readonly cache: ICacheTier | null;
}): Variables {
  const { profile, application, state, cache } = service;
  const { database } = service.database;
  const throttles = profile.throttle.some((resource) => resource.application === application);
  return {
    ...taskVariables({ profile, state, tier: 'service' }),
    DATABASE_ENDPOINT: database.clusterEndpoint,
    DATABASE_READER_ENDPOINT: database.readerEndpoint,
    DATABASE_NAME: database.databaseName,
    DATABASE_USER: application,
    NODE_EXTRA_CA_CERTS: LAMBDA_CA_FILE,
    ...(state.throttleTable !== null && throttles
      ? { [THROTTLE_ENV.table]: state.throttleTable.tableName }
      : {}),
    ...(cache === null ? {} : shardVariables(cache)),
  };
}
